#!/usr/bin/env python3
"""Of two replicas one has been cut off from the master: the other one is asked, and nothing is lost."""

from world.accident import judge, kill_master, wait_recorded, wait_writes
from world.faults import cut_replication, mend_replication
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer


class TwoReplicas(Scenario):
    def test_the_fresher_one_succeeds_wherever_it_stands_in_the_list(self) -> None:
        cluster = self.world.cluster(replicas=2, persistence="none")
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            for shard, stale in ((cluster.shards[0], 1), (cluster.shards[1], 2)):
                wait_recorded(warden, cluster)
                behind, fresh = shard.servers[stale], shard.servers[3 - stale]
                cut_replication(behind)
                count = len(writer.lanes[shard.index].acknowledged)
                until(lambda: len(writer.lanes[shard.index].acknowledged) > count + 500, 30, "it lacks 500 keys")
                accident = kill_master(cluster, shard)
                wait_writes(accident, writer)
                self.assertIs(cluster.master(shard), fresh)
                mend_replication(behind)
                cluster.wait_whole()
                judge(accident, writer)
                self.tell(f"shard {shard.index + 1}: {fresh.port} succeeded, not {behind.port}; "
                          f"{len(accident.lost)} keys lost")
                self.assertLessEqual(len(accident.lost), 2, "more than what was under way")


if __name__ == "__main__":
    main()
