#!/usr/bin/env python3
"""Every setting of the kernel that is spoiled is found, enforced, kept, and put back as it was when told to."""

import os
from typing import Any

from world import settings
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.warden import Warden


class HostSettings(Scenario):
    def setUp(self) -> None:
        super().setUp()
        # Cleanups run backwards: the daemon, which would enforce again, is ended before the values are put back.
        self.spoiled = settings.spoil(self, settings.SPOILED)
        if not self.spoiled:
            self.skipTest("no setting of the kernel can be written here")
        self.addCleanup(self.end_daemons)

    def end_daemons(self) -> None:
        for warden in self.wardens:
            if warden.running():
                warden.kill9()

    def values(self) -> dict[str, str]:
        return {file: settings.read(file) for file in self.spoiled}

    def wrong(self, warden: Warden) -> set[str]:
        code, report = warden.ctl("doctor", "--config", warden.config)
        found = {it["setting"]: it for it in report["findings"]}
        self.assertEqual(code, 4 if found else 0)
        for it in found.values():
            self.assertTrue(it["why"] and it["fix"] and it["expected"] and it["actual"], it)
        return found.keys() & {settings.name(file) for file in self.spoiled}

    def as_wanted(self) -> bool:
        return all(settings.read(file) != value for file, value in self.spoiled.items())

    def test_found_enforced_kept_restored(self) -> None:
        server = self.world.server()
        warden = self.warden([server], policies={"host": settings.policy("enforce", "enforce")})
        names = {settings.name(file) for file in self.spoiled}
        self.assertEqual(self.wrong(warden), names, "without a daemon")
        self.tell(f"doctor finds {len(names)} spoiled settings on a host without a daemon")

        warden.start()
        until(self.as_wanted, 30, "the daemon has enforced every setting")
        events = {it["rule"]: it for it in warden.events(name="host-enforced")}
        self.assertLessEqual(names, events.keys())
        self.assertEqual(self.wrong(warden), set())
        self.tell("enforced, each with an event")

        one = next(iter(self.spoiled))
        settings.write(one, self.spoiled[one])
        until(self.as_wanted, 30, f"{one} is kept")
        self.tell(f"{one} was changed behind its back and is kept")

        code, outcomes = warden.ctl("host", "restore")
        self.assertEqual(code, 0, outcomes)
        self.assertEqual(self.values(), self.spoiled, "not what was there before slotwarden")
        stays(lambda: self.values() == self.spoiled, 3, "what was put back is left alone")
        warden.kill9()
        warden.start()
        stays(lambda: self.values() == self.spoiled, 3, "the daemon remembers that it was told to leave it")
        self.tell("put back, and left alone by the next daemon too")

        self.assertEqual(warden.ctl("host", "enforce")[0], 0)
        until(self.as_wanted, 30, "it is enforced again")
        warden.stop()
        code, outcomes = warden.ctl("host", "restore", "--config", warden.config)
        self.assertEqual(code, 0, outcomes)
        self.assertEqual(self.values(), self.spoiled)
        self.tell("put back without a daemon")

    def test_doctor_mends_what_it_may(self) -> None:
        warden = self.warden([], policies={"host": settings.policy("enforce", "enforce")})
        code, _ = warden.ctl("doctor", "--fix", "--config", warden.config)
        self.assertEqual((code, self.values()), (4, self.spoiled), "it changed something without being told --yes")
        warden.ctl("doctor", "--fix", "--yes", "--config", warden.config)
        self.assertTrue(self.as_wanted())
        self.assertEqual(self.wrong(warden), set())
        self.assertEqual(warden.ctl("host", "restore", "--config", warden.config)[0], 0)
        self.assertEqual(self.values(), self.spoiled)

    def test_audit_writes_nothing_and_tells_once(self) -> None:
        server = self.world.server()
        warden = self.warden([server], policies={"host": settings.policy("audit")}).start()
        one = settings.name(next(iter(self.spoiled)))

        def told() -> list[Any]:
            return [it for it in warden.events(name="host-drift") if it["rule"] == one]

        until(told, 30, "the drift is told")
        warden.wait_running()
        warden.restart()
        stays(lambda: len(told()) == 1 and self.values() == self.spoiled, 3, "told once, and nothing written")


class Unprivileged(Scenario):
    def test_what_may_not_be_written_is_said_once(self) -> None:
        if os.geteuid() != 0:
            self.skipTest("only root can give its privileges away")
        file = "/proc/sys/vm/swappiness"
        spoiled = settings.spoil(self, {file: "60"})
        if not spoiled:
            self.skipTest(f"{file} cannot be written here")
        server = self.world.server()
        warden = self.warden([server], policies={"host": settings.policy("enforce", "enforce")})
        nobody = 65534
        for path in (self.world.directory, *self.world.directory.rglob("*")):
            os.chown(path, nobody, nobody)
        warden.start(user=nobody)
        warden.wait_running()
        refused = warden.wait_event("host-unwritable")
        self.tell(refused[0]["detail"])
        stays(lambda: [it["rule"] for it in warden.events(name="host-unwritable")].count("vm.swappiness") == 1, 3,
              "said once")
        self.assertEqual(settings.read(file), "60")
        self.assertEqual(warden.state_of(server), "RUNNING")


if __name__ == "__main__":
    main()
