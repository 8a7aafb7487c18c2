#!/usr/bin/env python3
"""Policy cache: its data may go, so a master without replica and dump is not held, and a damaged dump is set aside; but
where a replica has the warm data it is asked just the same."""

from world import faults
from world.accident import survive, wait_recorded
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer


class Cache(Scenario):
    def test_with_a_replica_nothing_is_lost_and_without_one_it_returns_empty(self) -> None:
        cluster = self.world.cluster(persistence="rdb", repl_diskless_sync_delay="0")
        warden = self.kept(cluster, policy="cache")
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            survive(self, cluster, writer, cluster.shards[0])
        master, replica = cluster.shards[1].servers
        self.assertEqual(warden.ctl("stop", replica.port)[0], 0)
        master.save()
        faults.damage_and_kill(master, master.dump, faults.truncate)
        until(lambda: master.ready() and master.keys() == 0, 60, "the cache is back, empty")
        self.tell(f"{master.port} came back empty, its damaged dump set aside")


if __name__ == "__main__":
    main()
