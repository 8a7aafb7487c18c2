#!/usr/bin/env python3
"""A good save becomes a generation, older ones go when the disk budget is spent, a damaged save never becomes one nor
takes the place of a good one, and what an operator keeps there is left alone."""

from __future__ import annotations

import shutil
from pathlib import Path

from world.scenario import Scenario, main
from world.waiting import stays, until

HOOK = """#!/bin/sh
cp "$SLOTWARDEN_GENERATION" "$(dirname "$0")/uploaded.rdb"
echo "$SLOTWARDEN_PORT $SLOTWARDEN_SHA256" >"$(dirname "$0")/told"
"""


class Generations(Scenario):
    def policy(self, hook: Path, budget: int) -> str:
        return (f'[backup]\nenabled = true\nkeep_last = 10\nleast_free_percent = 0\ndisk_budget = {budget}\n'
                f'hook = "{hook}"\n')

    def names(self, warden, server) -> list[str]:
        return [it["generation"] for it in warden.ask("BACKUPS", server.port)[0]["copies"] if it["why"] == "saved"]

    def begin_save(self, server, value: str) -> None:
        """Writes something else, and saves it."""
        saved = int(server.call("LASTSAVE"))  # in whole seconds: a save within the same one looks like no save
        until(lambda: int(server.call("TIME")[0]) > saved, 5, "another second has come")
        server.call("SET", "last", value)
        until(lambda: server.call("BGSAVE") is not None, 10, "a save has begun")

    def save(self, warden, server, value: str) -> None:
        """Until the save of something else is a generation."""
        before = len(warden.events(server, "backup"))
        self.begin_save(server, value)
        warden.wait_event("backup", server, count=before + 1)

    def test_come_and_go_by_the_policy(self) -> None:
        server = self.world.server(save='""', cluster_enabled="no")
        hook = self.world.directory / "upload"
        hook.write_text(HOOK)
        hook.chmod(0o755)
        warden = self.warden([server], policies={"storage": self.policy(hook, 0)}).start()
        warden.wait_running()
        for n in range(200):
            server.call("SET", f"key:{n}", "x" * 100)
        self.save(warden, server, "first")
        first = self.names(warden, server)
        self.assertEqual(len(first), 1)
        ended = warden.wait_event("backup-hook", server)[0]
        self.assertIn("exit", ended["detail"].lower())
        kept = server.data / "slotwarden-kept"
        self.assertEqual((self.world.directory / "uploaded.rdb").read_bytes(), (kept / first[0]).read_bytes())
        self.assertEqual((self.world.directory / "told").read_text().split()[0], str(server.port))
        self.tell("the first save is a generation, and the hook has taken it elsewhere")

        by_hand = kept / "20200101T000000Z-by-hand.rdb"
        shutil.copy(kept / first[0], by_hand)
        size = (kept / first[0]).stat().st_size
        (warden.directory / "policies" / "storage.toml").write_text(self.policy(hook, size * 2 + size // 2))
        self.assertEqual(warden.ctl("update")[0], 0)
        for n in range(4):
            self.save(warden, server, f"another {n}")
        until(lambda: len(self.names(warden, server)) == 2, 20, "the budget is kept")
        self.assertNotIn(first[0], self.names(warden, server))
        self.assertEqual({it["rule"] for it in warden.events(server, "backup-removed")}, {"over-budget"})
        self.assertTrue(by_hand.exists(), "only generations are removed")
        self.tell("the oldest generations went for the budget, and what was put there by hand is there")

        good = self.names(warden, server)
        damaged = bytearray(server.dump.read_bytes())
        damaged[len(damaged) // 2] ^= 4
        other = server.data / "temp-by-the-test.rdb"
        other.write_bytes(damaged)
        other.rename(server.dump)  # as a failing disk would have it: a new file, and not what was written
        warden.restart()
        bad = warden.wait_event("backup-bad", server)[0]
        self.assertIn("corrupt", bad["detail"])
        stays(lambda: self.names(warden, server) == good, 2, "no generation came of it, and none went")
        told = warden.ask("BACKUPS", server.port)[0]
        self.assertIn("corrupt", told["trouble"])
        self.assertIn("backup", [it["setting"] for it in warden.ask("DOCTOR")["findings"]])
        self.tell("a damaged save is told, and changes no generation")
        self.save(warden, server, "good again")
        self.assertIsNone(warden.ask("BACKUPS", server.port)[0]["trouble"])

        elsewhere = kept.rename(server.data / "elsewhere")
        kept.write_text("no folder")
        self.begin_save(server, "not kept")
        until(lambda: "could not be kept" in (warden.ask("BACKUPS", server.port)[0]["trouble"] or ""), 90, "it is told")
        self.assertIn("backup", [it["setting"] for it in warden.ask("DOCTOR")["findings"]])
        kept.unlink()
        elsewhere.rename(kept)
        self.save(warden, server, "kept again")
        self.assertIsNone(warden.ask("BACKUPS", server.port)[0]["trouble"])
        self.assertNotIn("backup", [it["setting"] for it in warden.ask("DOCTOR")["findings"]])
        self.tell("a save that cannot be kept is told until one is")


if __name__ == "__main__":
    main()
