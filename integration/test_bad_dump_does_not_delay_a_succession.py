#!/usr/bin/env python3
"""The dump is damaged when its master dies: a reason to hand over, not to wait. The bad file is set aside, not
deleted."""

from world import faults
from world.accident import survive, wait_recorded
from world.scenario import Scenario, main
from world.writer import Writer


class BadDumpWithReplica(Scenario):
    def test_the_replica_succeeds_at_once_and_the_old_master_refills_itself(self) -> None:
        cluster = self.world.cluster(persistence="rdb", repl_diskless_sync_delay="0")
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            for shard, damage in zip(cluster.shards, (faults.truncate, faults.flip_one_bit, faults.empty)):
                master = shard.servers[0]
                master.save()
                damage(master.dump)
                damaged = master.dump.read_bytes()
                survive(self, cluster, writer, shard)
                copies = [it for it in master.home.rglob("*") if it.is_file() and it != master.dump]
                self.assertIn(damaged, [it.read_bytes() for it in copies], "the damaged dump was deleted")


if __name__ == "__main__":
    main()
