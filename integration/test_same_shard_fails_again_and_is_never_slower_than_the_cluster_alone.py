#!/usr/bin/env python3
"""A shard loses its master again within two node timeouts: voters refuse a second vote about the same node, and a FORCE
inside that window would stall for four. Compared with a cluster that nobody helps, in the same run."""

import time
from datetime import datetime

from world.accident import kill_master, wait_recorded, wait_writes
from world.cluster import Cluster, Shard
from world.scenario import Scenario, main
from world.waiting import until
from world.world import start_directly
from world.writer import Writer

NODE_TIMEOUT = 6.0
# After the first: inside the voters' window of two node timeouts, and late enough that the window ends before the
# cluster alone would have elected.
THIRD_DEATH = 5.0


def wait_streamed(cluster: Cluster, shard: Shard) -> None:
    """Until the replicas get what is written now. After a sync of a moment a master calls its replica online and sends
    it nothing for up to a second: the first acknowledgement had come before the child was reaped."""
    reached = int(cluster.master(shard).info("replication")["master_repl_offset"])
    for replica in cluster.replicas(shard):
        until(lambda: int(replica.info("replication")["slave_repl_offset"]) >= reached, 30,
              f"{replica.port} has read on")


class SameShardAgain(Scenario):
    def alone(self) -> float:
        cluster = self.world.cluster(persistence="none", node_timeout_ms=int(NODE_TIMEOUT * 1000))
        start_directly(cluster)
        cluster.form()
        with Writer(cluster, shards=cluster.shards[:1]) as writer:
            until(lambda: writer.acknowledged() > 300, 30, "writes flow")
            accident = kill_master(cluster, cluster.shards[0])
            wait_writes(accident, writer)
            return writer.lanes[0].outage(accident.at)

    def test_the_third_death_is_answered_in_time(self) -> None:
        alone = self.alone()
        self.tell(f"the cluster alone needs {alone:.1f} s")
        cluster = self.world.cluster(persistence="none", node_timeout_ms=int(NODE_TIMEOUT * 1000),
                                     repl_diskless_sync_delay="0")
        warden = self.kept(cluster)
        shard = cluster.shards[0]
        outages, victims, began = [], [], 0.0
        with Writer(cluster, shards=[shard]) as writer:
            wait_recorded(warden, cluster, shard)
            for moment in (0.0, 0.0, THIRD_DEATH):
                time.sleep(max(0.0, began + moment - time.monotonic()))
                accident = kill_master(cluster, shard)
                began = began or accident.at
                wait_writes(accident, writer)
                outages.append(writer.lanes[0].outage(accident.at))
                victims.append(accident.victim)
                self.tell(f"{accident.victim.port} killed: no write for {outages[-1]:.2f} s")
                cluster.wait_whole()
                wait_streamed(cluster, shard)
                wait_recorded(warden, cluster, shard)
        self.assertIs(victims[0], victims[2])
        self.assertLess(max(outages), alone * 1.15 + 0.5, "slower than the cluster alone")
        self.assertLess(sorted(outages)[1], 3.0, "the first two deaths have no vote in their way")
        times = [datetime.fromisoformat(it["at"]).timestamp() for it in warden.events(victims[0], "asked")]
        for first, second in zip(times, times[1:]):
            self.assertGreaterEqual(second - first, 2 * NODE_TIMEOUT - 0.1, "it asked inside the voters' window")
        self.assertLessEqual(len(writer.verify(shard).lost), 3)


if __name__ == "__main__":
    main()
