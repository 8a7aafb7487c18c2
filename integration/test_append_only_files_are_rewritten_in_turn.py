#!/usr/bin/env python3
"""An append-only file that has grown beyond the policy's measure is rewritten by slotwarden's order, one server after
another; the server's own measure is four times as large meanwhile, and is put back."""

from __future__ import annotations

from world import processes
from world.overwriter import fill
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import stays, until

POLICY = '[backup]\nenabled = false\n[save]\nrewrite_growth_percent = 100\nrewrite_least = "{}"\n'
ONE = 'mode = "audit"\nsaves.at_once = 1\n'
KEYS = 1_000  # of 8 KiB


def rewrites(server: Server) -> int:
    return int(server.info("persistence")["aof_rewrites"])


class Rewrites(Scenario):
    def test_by_growth_and_one_at_a_time(self) -> None:
        given = {"cluster_enabled": "no", "save": '""', "appendonly": "yes", "appendfsync": "everysec",
                 "rdb_key_save_delay": "1000"}
        servers = [self.world.server(**given) for _ in range(3)]
        warden = self.warden(servers, policies={"storage": POLICY.format("1GiB"), "host": ONE}).start()
        warden.wait_running()
        for server in servers:
            until(lambda: server.call("CONFIG", "GET", "auto-aof-rewrite-percentage")[1] == "400", 30,
                  "slotwarden decides when it rewrites")
        for server in servers:
            fill(server, KEYS)
        self.assertEqual(warden.events(name="save-started"), [], "so small a file is not rewritten")
        (warden.directory / "policies" / "storage.toml").write_text(POLICY.format("1MiB"))
        warden.ask("UPDATE")
        most = 0

        def all_done() -> bool:
            nonlocal most
            most = max(most, processes.children_at_once(it.pid() for it in servers))
            info = [it.info("persistence") for it in servers]
            return all(int(it["aof_rewrites"]) >= 1 and it["aof_rewrite_in_progress"] == "0" for it in info)

        until(all_done, 120, "each was rewritten")
        self.assertEqual(most, 1)
        stays(lambda: [rewrites(it) for it in servers] == [1, 1, 1], 2.5, "each is rewritten once: its growth is known")
        for server in servers:
            begun = warden.wait_event("save-started", server)[0]
            self.assertEqual(begun["rule"], "rewrite", begun)
            self.assertIn("a rewrite by slotwarden", begun["detail"])
            self.assertEqual(server.info("persistence")["aof_last_bgrewrite_status"], "ok")
            self.assertEqual(server.keys(), KEYS)
        self.assertRegex(warden.human("saves"), r"saved: rewrite after ")
        self.assertEqual(warden.ctl("release", "all", "--saves")[0], 0)
        for server in servers:
            self.assertEqual(server.call("CONFIG", "GET", "auto-aof-rewrite-percentage")[1], "100")
        self.assertEqual([rewrites(it) for it in servers], [1, 1, 1])


if __name__ == "__main__":
    main()
