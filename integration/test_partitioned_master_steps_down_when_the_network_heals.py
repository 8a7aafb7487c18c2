#!/usr/bin/env python3
"""A master is cut off from the majority. The majority elects its replica; the daemon of the master's host forces nothing
and touches nothing. When the network heals the old master follows the new one and everything is whole within 30 s.
Whatever it acknowledged alone is gone: that is the cluster's way, and it is counted and told."""

import time

from world.cluster import Cluster
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.warden import Warden
from world.writer import Writer

NODE_TIMEOUT = 3.0


class Partition(Scenario):
    def acts(self, wardens: list[Warden]) -> list[str]:
        """Whatever daemons did beyond starting each server once and watching it."""
        return [f"{it['port']} {it['event']} {it['detail']}" for warden in wardens for it in warden.events()
                if it["event"] in ("asked", "killed", "exited", "stopped", "held", "error")]

    def test_of_three_hosts_one_is_cut_off(self) -> None:
        a, b, c = self.world.hosts(3)
        cluster = self.world.cluster(node_timeout_ms=int(NODE_TIMEOUT * 1000), places=[a, b, c, b, c, a],
                                     repl_diskless_sync_delay="0")
        wardens = self.kept_on_hosts(cluster)
        shard = cluster.shards[0]
        old, heir = shard.servers
        witness = cluster.servers[1]
        pids = {it.port: it.pid() for it in cluster.servers}
        alone = Writer(cluster, shards=[shard], place=a)
        with alone, Writer(cluster, place=b) as writer:
            until(lambda: len(alone.lanes[0].acknowledged) > 500, 30, "both sides write")
            a.unplug()
            cut = time.monotonic()
            until(lambda: cluster.master(shard, witness) is heir, 60, "the majority has a new master")
            self.tell(f"after {time.monotonic() - cut:.1f} s the majority's master is {heir.port}")
            until(lambda: "cluster_state:fail" in str(old.call("CLUSTER", "INFO")), 60, "the minority stops serving")
            stays(lambda: old.pid() == pids[old.port] and not self.acts(wardens), 2 * NODE_TIMEOUT,
                  "the daemons watch and do nothing", pause=0.5)
            self.assertEqual(old.info("replication")["role"], "master")

            a.plug()
            healed = time.monotonic()
            until(lambda: old.info("replication")["role"] == "slave", 30, "the old master steps down")
            self.tell(f"{old.port} is a replica {time.monotonic() - healed:.1f} s after the network healed")
            cluster.wait_whole(30)
            self.tell(f"everything is whole after {time.monotonic() - healed:.1f} s")
            self.assertIs(cluster.master(shard), heir)
            until(lambda: alone.all_written_since(time.monotonic() - 1), 30, "the cut-off client writes again")
        self.tell(f"acknowledged by the minority's client: {len(alone.lanes[0].acknowledged)}, lost: {alone.lost()}")
        self.tell(f"acknowledged by the majority's clients: {writer.acknowledged()}, lost: {writer.lost()}")
        self.untouched(cluster, wardens, pids)

    def untouched(self, cluster: Cluster, wardens: list[Warden], pids: dict[int, int | None]) -> None:
        self.assertEqual(self.acts(wardens), [])
        self.assertEqual({it.port: it.pid() for it in cluster.servers}, pids)


if __name__ == "__main__":
    main()
