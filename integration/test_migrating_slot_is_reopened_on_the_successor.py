#!/usr/bin/env python3
"""The source of a reshard is killed half-way: its successor does not know that keys have moved, and would answer
nil."""

from world.accident import kill_master
from world.cluster import slot_of
from world.scenario import Scenario, main
from world.waiting import until

TAG = "{reshard}"


class Reshard(Scenario):
    def test_moved_keys_are_found_after_the_succession(self) -> None:
        cluster = self.world.cluster(persistence="none")
        warden = self.kept(cluster)
        slot = slot_of("reshard")
        shard = next(it for it in cluster.shards if it.first <= slot <= it.last)
        source, heir = shard.servers
        target = next(it for it in cluster.shards if it is not shard).servers[0]
        names = [f"{TAG}{n}" for n in range(100)]
        for name in names:
            source.call("SET", name, name)
        source_id, target_id = source.call("CLUSTER", "MYID"), target.call("CLUSTER", "MYID")
        target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", source_id)
        source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", target_id)
        moved = source.call("CLUSTER", "GETKEYSINSLOT", slot, 50)
        source.call("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *moved)
        probes = source.probes()
        until(lambda: source.probes() > probes + 2, 30, "slotwarden has probed the open slot")
        kill_master(cluster, shard)
        mark = f"[{slot}->-{target_id}]"
        until(lambda: mark in heir.call("CLUSTER", "NODES"), 30, "the successor has re-opened the slot")
        # The cluster is not whole while the slot is open: the importing node goes on showing the slot's dead owner.
        warden.wait_state(source, "RUNNING")
        with heir.client() as client:
            replies = client.pipeline([("GET", name) for name in moved])
        self.assertTrue(all(str(it).startswith("ASK") for it in replies), "moved keys look lost")


if __name__ == "__main__":
    main()
