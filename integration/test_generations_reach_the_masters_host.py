#!/usr/bin/env python3
"""What a replica saves is kept beside its master's data on another host, whole the first time and by what changed after
that; and with it a shard whose servers all died, of which only the replica ever saved, comes back."""

import re

from world.peers import Hosts, fill, save, sha256
from world.scenario import main
from world.waiting import until

KEYS = 12000


class Reach(Hosts):
    def test_first_whole_then_by_what_changed_and_the_shard_comes_back(self) -> None:
        # So slow that a delta pays.
        cluster, wardens = self.two_hosts(peer_bandwidth='"4MiB"')
        shard = cluster.shards[0]
        master, replica = shard.servers
        fill(master, shard, range(KEYS))
        until(lambda: replica.keys() == KEYS, 30, "the replica has every key")

        first = save(replica)
        self.received(master, first)
        sent = self.of(wardens, replica).wait_event("generation-sent", replica)[-1]
        self.assertEqual(sent["rule"], "whole-no-base")
        self.tell(f"whole: {sent['detail']}")

        fill(master, shard, range(KEYS // 100), "changed")
        until(lambda: replica.info()["slave_repl_offset"] == master.info()["master_repl_offset"], 30,
              "the replica has every change")
        second = save(replica)
        self.received(master, second)
        sent = self.of(wardens, replica).wait_event("generation-sent", replica, count=2)[-1]
        self.assertEqual(sent["rule"], "delta-faster")
        share = re.search(r"librsync-zstd of [\d.]+ \w+ \(([\d.]+) %\)", sent["detail"])
        assert share, sent["detail"]
        self.assertLess(float(share[1]), 10)
        self.tell(f"changed by 1 %: {sent['detail']}")

        self.assertEqual(sha256(master.dump), sha256(second), "it is what the master would load, and it never saved")
        keeper = self.of(wardens, master)
        for warden in wardens:
            warden.kill9()
        master.kill()
        replica.kill()
        replica.dump.unlink()
        for warden in wardens:
            warden.start()
        keeper.wait_state(master, "RUNNING", timeout=90)
        until(lambda: master.keys() == KEYS, 30, "the master has every key again")
        speeds = {it["name"]: it for it in self.of(wardens, replica).explain(replica)["evidence"]}["transfer speeds"]
        self.assertEqual(speeds["source"], "the last transfers of this host", "what they were measured at is remembered")
        self.tell(f"both died, and {master.port} is back with {master.keys()} keys of what its replica had saved")


if __name__ == "__main__":
    main()
