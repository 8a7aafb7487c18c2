#!/usr/bin/env python3
"""`slotwardenctl adopt` of a unit's server is killed at each step. The server runs on; what is left without a keeper is
named by doctor; the same command finishes it, and give-back undoes it."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from world.booted import BootedServer, BootedWarden, OnABootedHost
from world.notices import Notices
from world.scenario import main
from world.waiting import until

UNIT = """[Service]
ExecStart=/usr/bin/redis-server {config}
Restart=always
User=redis
Group=redis
"""
# So that the directories of the drop-ins are there to be watched, before and after.
FOREIGN = "[Unit]\nDescription=A server by hand\n"
MOST_STEPS = 40


class KilledDuringAnAdopt(OnABootedHost):
    def test_it_is_left_to_nobody_unnoticed_at_no_step(self) -> None:
        server = self.unit()
        self.warden = BootedWarden(self.host, [server])
        self.wardens.append(self.warden)
        pid = server.pid()
        for step in range(1, MOST_STEPS):
            seen = self.killed_at(step, server)
            self.assertEqual(server.pid(), pid, f"step {step} ({seen}): the server has noticed")
            if len(seen) < step:
                self.assertGreaterEqual(step, 6, "the steps of an adopt were not seen")
                self.tell(f"killed at each of {step - 1} steps, the last of them: {seen[-1]}")
                return
            self.tell(f"killed after {seen[-1]}: {self.judge(step, seen, server)}")
            if step % 2:
                self.assertIn(self.told("adopt", server)["outcome"], ("done", "already"), f"step {step} ({seen})")
                self.assertEqual(self.warden.state_of(server), "RUNNING")
            self.undone(step, seen, server)
            self.assertEqual(server.pid(), pid)
        self.fail(f"an adopt has more than {MOST_STEPS} steps")

    # The steps.

    def unit(self) -> BootedServer:
        port = self.world.ports(1)[0]
        server = BootedServer(port, self.host.root / "srv/redis" / str(port), Path("/usr/bin/redis-server"),
                              {"cluster-enabled": "no"}, place=self.host.network)
        server.write_config()
        self.name = f"redis-{port}.service"
        config = "/" + str(server.config.relative_to(self.host.root))
        (self.host.root / "etc/systemd/system" / self.name).write_text(UNIT.format(config=config))
        for directory in self.drop_ins():
            directory.mkdir(parents=True)
            (directory / "foreign.conf").write_text(FOREIGN)
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "start", self.name)
        server.wait_ready()
        return server

    @property
    def inside(self) -> Path:
        """The root of the host's file systems, as a process of it has them."""
        return self.host.socket.parents[2]

    def drop_ins(self) -> list[Path]:
        return [self.inside / home / f"{self.name}.d" for home in ("etc/systemd/system", "run/systemd/system")]

    def killed_at(self, step: int, server: BootedServer) -> list[str]:
        """The changes that were seen; fewer than `step` when it came to its end."""
        with Notices(*self.drop_ins(), self.inside / "etc/slotwarden/conf.d") as notices:
            # A child of the process that enters the host.
            enter = ["nsenter", f"--target={self.inside.parent.name}", "--mount", "--net", "--pid", "--cgroup",
                     "--root", "--wd"]
            entered = subprocess.Popen([*enter, "slotwardenctl", "adopt", str(server.port), "--yes"],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            seen = notices.wait(step, lambda: entered.poll() is not None)
            with suppress(OSError):  # it has ended by itself
                for child in Path(f"/proc/{entered.pid}/task/{entered.pid}/children").read_text().split():
                    os.kill(int(child), signal.SIGKILL)
            entered.wait()
        return seen

    def judge(self, step: int, seen: list[str], server: BootedServer) -> str:
        """Where its unit may be held down the server is slotwarden's, or the matter is named."""
        kept = self.drop_ins()[0] / "zz-slotwarden-kept.conf"
        if not kept.exists():
            self.assertEqual(self.host.shown(self.name, "Restart"), "always", f"step {step} ({seen})")
            return "its unit keeps it"
        # The daemon says nothing for a minute: an adopt may be at work.
        aged = time.time() - 120
        os.utime(kept, (aged, aged))
        named = f"adopt-{server.port}"

        def known() -> str:
            for it in self.warden.ask("STATUS"):
                if it["port"] == server.port and it["state"] in ("RUNNING", "HELD"):
                    return f"slotwarden has it, {it['state']}"
            _, report = self.warden.ctl("doctor")
            return "doctor names its unit" if named in str(report) else ""

        self.host.run("systemctl", "reload", "slotwarden")
        return until(known, 30, f"step {step} ({seen}): what is left is named")

    def undone(self, step: int, seen: list[str], server: BootedServer) -> None:
        held = [it for it in self.drop_ins() if (it / "zz-slotwarden-kept.conf").exists()]
        if held:
            told = self.told("give-back", server)
            self.assertEqual(told["outcome"], "done", f"step {step} ({seen}): {told}")
        # What was not written to its end is seen by nobody.
        left = [it.name for directory in self.drop_ins() for it in directory.iterdir() if held or it.suffix != ".new"]
        self.assertEqual(left, ["foreign.conf"] * 2, f"step {step} ({seen})")
        self.assertEqual(self.host.shown(self.name, "Restart"), "always")
        self.assertEqual(self.host.shown(self.name, "MainPID"), str(server.pid()))
        self.assertEqual(self.warden.ask("STATUS"), [])

    def told(self, command: str, server: BootedServer) -> Any:
        return self.warden.ctl(command, server.port, "--yes")[1][0]


if __name__ == "__main__":
    main()
