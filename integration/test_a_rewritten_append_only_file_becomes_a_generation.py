#!/usr/bin/env python3
"""With appendonly yes the base of a rewrite becomes a generation, whole and without the increments; a server is restored
to it, loads it although it reads append-only files, and writes a new one."""

from __future__ import annotations

from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden

POLICY = "[backup]\nenabled = true\nleast_free_percent = 0\n"
KEYS = 500


class Rewritten(Scenario):
    def rewritten(self, server: Server, warden: Warden) -> dict[str, object]:
        """Rewrites its append-only file. Returns the generation that came of it."""
        before = len(warden.events(server, "backup"))
        server.call("BGREWRITEAOF")
        warden.wait_event("backup", server, count=before + 1)
        return until(lambda: [it for it in warden.ask("BACKUPS", server.port)[0]["copies"] if it["why"] == "saved"], 10,
                     "it is listed")[-1]

    def test_and_is_restored(self) -> None:
        server = self.world.server(save='""', appendonly="yes", appendfsync="always", cluster_enabled="no")
        warden = self.warden([server], policies={"storage": POLICY}).start()
        warden.wait_running()
        for n in range(KEYS):
            server.call("SET", f"key:{n}", n)
        generation = self.rewritten(server, warden)
        self.assertEqual((generation["state"], generation["keys"]), ("valid", KEYS))
        self.assertEqual(warden.ctl("backups", "verify", server.port, "--config", warden.config)[0], 0)
        self.tell("the base of the rewrite is a generation")

        for n in range(KEYS):
            server.call("SET", f"later:{n}", n)
        self.assertEqual(server.keys(), 2 * KEYS)
        code, told = warden.ctl("restore", server.port, "--generation", generation["generation"], "--reason", "a test",
                                "--yes")
        self.assertEqual(code, 0, told)
        warden.wait_running()
        self.assertEqual(server.keys(), KEYS)
        self.assertEqual(server.call("CONFIG", "GET", "appendonly")[1], "yes")
        self.tell("it was restored to it")

        server.call("SET", "after", "1")
        until(lambda: server.info("persistence")["aof_rewrite_in_progress"] == "0", 30, "its new file is written")
        server.kill()
        warden.wait_event("running", server, count=3)
        self.assertEqual(server.keys(), KEYS + 1)
        self.assertEqual(server.call("GET", "after"), "1")
        self.tell("what was written since is in its new append-only file")


if __name__ == "__main__":
    main()
