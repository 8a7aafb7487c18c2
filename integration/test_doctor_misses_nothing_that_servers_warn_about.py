#!/usr/bin/env python3
"""Whatever a server warns about when it starts, doctor finds: read from the server's own log, setting by setting."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from world import descriptors, settings
from world.scenario import Scenario, main
from world.servers import redis_binary, valkey_binary

# The settings that a warning is about, by a part of its text.
WARNINGS: Mapping[str, set[str]] = {
    r"[Mm]emory overcommit must be enabled|overcommit_memory is set to": {"vm.overcommit_memory"},
    r"Transparent Huge Pages": {"transparent_hugepage.enabled"},
    r"TCP backlog setting of \d+ cannot be enforced": {"net.core.somaxconn"},
    r"clocksource|clock source": {"clocksource"},
    r"You requested maxclients of": {"limits.maxclients"},
    r"Server can't set maximum open files": {"limits.maxclients"},
    r"Current maximum open files is": {"limits.nofile", "limits.maxclients"},
    # Not about the host: how the server was started, and what is said once at every start.
    r"no config file specified|Changing databases number from": set(),
    r"Running mode=|Server initialized|oO0OoO|Configuration loaded|Redis version|Valkey version|version=": set(),
}


class Warnings(Scenario):
    def warned(self, log: Path) -> dict[str, set[str]]:
        """Each warning of the log (level "#"), with the settings that it is about."""
        found = {}
        for line in log.read_text(errors="replace").splitlines():
            text = re.match(r"\d+:\w \d+ \w+ \d+ [\d:.]+ # (.*)", line)
            if not text:
                continue
            about = [names for pattern, names in WARNINGS.items() if re.search(pattern, text[1])]
            self.assertTrue(about, f"a warning that this test, and perhaps doctor, does not know: {text[1]}")
            if about[0]:
                found[text[1]] = about[0]
        return found

    def compare(self, binary: Path) -> None:
        settings.spoil(self, {"/proc/sys/vm/overcommit_memory": "0", "/proc/sys/net/core/somaxconn": "128",
                              f"{settings.HUGE_PAGES}/enabled": "always"})
        program = descriptors.low_hard_limit(self.world.directory, binary, 1024)
        server = self.world.server(program, disable_thp="no")
        server.start()
        server.wait_ready()
        warned = self.warned(server.log)
        self.assertGreaterEqual(len(warned), 3, "nothing was spoiled enough for the server to warn about it")
        warden = self.warden([server])  # never started: doctor needs none
        code, report = warden.ctl("doctor", server.port, "--config", warden.config)
        self.assertEqual((code, report["not_seen"]), (4, []))
        found = {it["setting"] for it in report["findings"]}
        for text, about in warned.items():
            self.tell(f"{', '.join(sorted(about))}: {text[:70]}")
            self.assertLessEqual(about, found, text)

    def check_system(self, binary: Path) -> None:
        """What `--check-system` knows besides must be known here too."""
        done = subprocess.run([binary, "--check-system"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        known = {"slow-clocksource": "clocksource", "xen-clocksource": "clocksource", "overcommit": "vm.overcommit_memory",
                 "THP": "transparent_hugepage.enabled",
                 # Of arm64 kernels before 5.16, which no setting mends: the server itself refuses to start there.
                 "madvise-free-fork-bug": ""}
        checks = set(re.findall(r"^\[([\w-]+)\]", done.stdout, re.MULTILINE))
        self.assertTrue(checks, done.stdout)
        self.assertLessEqual(checks, known.keys(), "a check that doctor may not know")
        manual = (Path(__file__).parents[1] / "docs" / "host-settings.md").read_text()
        for setting in filter(None, (known[check] for check in checks)):
            self.assertIn(f"`{setting}`", manual)

    def test_redis(self) -> None:
        binary = redis_binary()
        assert binary
        self.compare(binary)
        self.check_system(binary)

    def test_valkey(self) -> None:
        binary = valkey_binary()
        if not binary:
            self.skipTest("no valkey-server; set SLOTWARDEN_VALKEY")
        self.compare(binary)
        self.check_system(binary)


if __name__ == "__main__":
    main()
