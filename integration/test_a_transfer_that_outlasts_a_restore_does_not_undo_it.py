#!/usr/bin/env python3
"""A generation that is on its way to the master's host while the master is restored to an earlier one is kept there, and
not put in place of what was restored: it is what the operator wanted to leave."""

from __future__ import annotations

from world.peers import ANY_DISK, Hosts, certify, fill, host_lines
from world.scenario import main
from world.waiting import until

KEYS, LATER = 400, 2400


class Late(Hosts):
    def test_is_kept_beside(self) -> None:
        hosts = self.world.hosts(2)
        cluster = self.world.cluster(places=hosts, node_timeout_ms=15000)
        tls = certify(self.world.directory / "tls", "shop", "host1", "host2")
        wardens = [
            self.warden([it for it in cluster.servers if it.place is place], name=place.name, place=place,
                        host=host_lines(tls, place.name, peer_bandwidth='"150KiB"'),
                        policies={"storage": "[backup]\nenabled = true\n" + ANY_DISK}).start() for place in hosts]
        cluster.form()
        for warden in wardens:
            warden.wait_running()
            self.settle(warden, cluster)
        shard = cluster.shards[0]
        master, replica = shard.servers
        keeper, sender = self.of(wardens, master), self.of(wardens, replica)

        fill(master, shard, range(KEYS), size=20)
        master.call("BGSAVE")
        keeper.wait_event("backup", master)
        generation = keeper.ask("BACKUPS", master.port)[0]["copies"][-1]["generation"]
        fill(master, shard, range(KEYS, LATER))
        until(lambda: replica.keys() == LATER, 30, "the replica has the later keys")
        until(lambda: keeper.status(master)["keys"] == LATER, 30, "slotwarden has seen them")
        replica.call("BGSAVE")
        sender.wait_event("backup", replica)
        self.tell("what the replica saved is on its way, for some seconds")
        code, done = keeper.ctl("restore", master.port, "--generation", generation, "--reason", "a test", "--yes")
        self.assertEqual(code, 0, done)
        self.tell("meanwhile the master was restored")

        def copies() -> list[dict[str, object]]:
            return list(keeper.ask("BACKUPS", master.port)[0]["copies"])

        until(lambda: [it for it in copies() if it["keys"] == LATER], 60, "it has arrived")
        keeper.wait_event("generation-received", master)
        self.assertEqual([it["keys"] for it in copies() if it["in_place"]], [KEYS])
        self.tell("it has arrived, and what would be loaded is what was restored")


if __name__ == "__main__":
    main()
