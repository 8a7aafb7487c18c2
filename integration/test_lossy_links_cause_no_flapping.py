#!/usr/bin/env python3
"""Packets lost in one direction, or every second one: no role changes without a failure, and one for each failure. (Delayed
packets are not tested: the kernels that this must run on have no netem.)"""

import time

from world.accident import judge, kill_master, wait_recorded, wait_writes
from world.cluster import Cluster
from world.hosts import Host
from world.scenario import Scenario, main
from world.waiting import until
from world.warden import Warden
from world.writer import Writer

NODE_TIMEOUT = 3.0
EVERY_SECOND_PACKET = "numgen random mod 100 < 50"


class LossyLinks(Scenario):
    def spread(self) -> tuple[Host, Host, Host, Cluster, list[Warden]]:
        a, b, c = self.world.hosts(3)
        cluster = self.world.cluster(node_timeout_ms=int(NODE_TIMEOUT * 1000), places=[a, b, c, b, c, a],
                                     repl_diskless_sync_delay="0")
        return a, b, c, cluster, self.kept_on_hosts(cluster)

    def lose(self, hosts: list[Host], arriving: str, seconds: float) -> None:
        for host in hosts:
            host.drop(arriving=arriving)
        time.sleep(seconds)  # the length of the fault
        for host in hosts:
            host.mend()

    def heal(self, cluster: Cluster, expected: int) -> None:
        healed = time.monotonic()
        cluster.wait_whole(30)
        self.tell(f"whole {time.monotonic() - healed:.1f} s after that; {cluster.elections()} role changes so far")
        self.assertEqual(cluster.elections(), expected)

    def test_without_a_failure(self) -> None:
        a, b, c, cluster, wardens = self.spread()
        pids = {it.port: it.pid() for it in cluster.servers}
        with Writer(cluster, place=c):
            self.tell("one direction between two hosts is dead: the third still hears both")
            self.lose([b], f"ip saddr {a.address}", 3 * NODE_TIMEOUT)
            self.heal(cluster, expected=0)
            self.tell("every second packet is lost for a second, three times")
            for _ in range(3):
                self.lose([a, b, c], EVERY_SECOND_PACKET, 1)
            self.heal(cluster, expected=0)
            self.tell("a host is deaf: its master cannot be heard to answer, and that is a failure")
            self.lose([b], "meta l4proto tcp", 3 * NODE_TIMEOUT)
            self.heal(cluster, expected=1)
        self.assertEqual({it.port: it.pid() for it in cluster.servers}, pids)
        acts = [it for warden in wardens for it in warden.events() if it["event"] in ("asked", "killed", "exited")]
        self.assertEqual(acts, [])

    def test_with_a_failure(self) -> None:
        a, b, c, cluster, wardens = self.spread()
        shard = cluster.shards[0]
        with Writer(cluster, place=c) as writer:
            wait_recorded(wardens[0], cluster)
            for host in (a, b, c):
                host.drop(arriving=EVERY_SECOND_PACKET)
            began = time.monotonic()
            accident = kill_master(cluster, shard, writer.lanes[0])
            until(lambda: time.monotonic() > began + 1, 2, "a second has passed")
            for host in (a, b, c):
                host.mend()
            wait_writes(accident, writer)
            self.heal(cluster, expected=1)
            judge(accident, writer)
        self.tell(f"no write for {accident.outage:.2f} s")
        self.assertEqual(accident.undeserved, set(), "keys lost that the replica had")
        self.assertIs(cluster.master(shard), shard.servers[1])


if __name__ == "__main__":
    main()
