"""slotwardend as a child process, and slotwardenctl as the way to speak to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from world import processes
from world.hosts import HERE, Place
from world.resp import Client
from world.servers import Server
from world.waiting import until
from world.world import World, build_directory

Json = Any
NO_BACKUPS = "[backup]\nenabled = false\n"


def programs_missing() -> str:
    """Why slotwarden cannot run here; empty if it can."""
    for name in ("slotwardend", "slotwardenctl"):
        if not (build_directory() / name).exists():
            return f"no {build_directory() / name}: run ./dev build, or set SLOTWARDEN_BUILD"
    return ""


class Warden:
    """One host: a daemon that keeps `servers`.

    `policies` are files of the policies directory, by name; `instance` and `host` add lines to every [[instance]] and
    to [host], as TOML. Unless a scenario brings a policy "host", the settings of this machine are looked at and left
    alone; unless it brings one of the servers' policy, no backups are made: most stories are about what happens
    without one.
    """

    def __init__(self, world: World, servers: list[Server], *, policy: str = "storage", name: str = "host",
                 policies: Mapping[str, str] | None = None, instance: str = "", host: str = "", place: Place = HERE,
                 environment: Mapping[str, str] | None = None):
        self.world = world
        self.servers = servers
        self.policy = policy
        self.place = place
        self.environment = os.environ | dict(environment or {})
        self.directory = world.directory / name
        self.config = self.directory / "slotwarden.toml"
        self.socket = self.directory / "control.sock"
        self.state = self.directory / "state"
        self.log = self.directory / "slotwardend.log"
        self.instance_lines = instance
        self.host_lines = host
        self._daemon: subprocess.Popen[bytes] | None = None
        (self.directory / "policies").mkdir(parents=True)
        for file, text in ({"host": 'mode = "audit"\n', policy: NO_BACKUPS} | dict(policies or {})).items():
            (self.directory / "policies" / f"{file}.toml").write_text(text)
        self.write_config()

    def write_config(self, extra: str = "") -> None:
        text = (f'[host]\ncontrol_socket = "{self.socket}"\nstate_dir = "{self.state}"\n'
                f'log_level = "debug"\n{self.host_lines}\n')
        for server in self.servers:
            text += (f'\n[[instance]]\nport = {server.port}\nconfig = "{server.config}"\n'
                     f'server = "{server.binary}"\npolicy = "{self.policy}"\n{self.instance_lines}\n')
        self.config.write_text(text + extra)

    # The daemon.

    def start(self, timeout: float = 60, user: int | None = None) -> Warden:
        """Returns once the control socket answers. `user`: a uid to run as."""
        with open(self.log, "ab") as log, self.place.inside():
            self._daemon = subprocess.Popen(
                [build_directory() / "slotwardend", "--config", self.config], cwd="/", env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, user=user, group=user)
        self.world.children.append(self._daemon)
        until(self._answers, timeout, "slotwardend's control socket answers")
        return self

    def _answers(self) -> bool:
        assert self._daemon
        if (code := self._daemon.poll()) is not None:
            raise AssertionError(f"slotwardend ended with {code}:\n{tail(self.log, 15)}")
        return bool(self.ask("PING") == "PONG")

    @property
    def pid(self) -> int:
        assert self._daemon
        return self._daemon.pid

    def running(self) -> bool:
        return self._daemon is not None and self._daemon.poll() is None

    def kill9(self) -> None:
        assert self._daemon
        self._daemon.kill()
        self._daemon.wait()

    def signal(self, number: int) -> None:
        processes.send(self.pid, number)

    def stop(self, timeout: float = 30) -> int:
        """SIGTERM; servers stay. Returns the exit code."""
        assert self._daemon
        self._daemon.terminate()
        return self._daemon.wait(timeout)

    def restart(self) -> Warden:
        if self.running():
            self.stop()
        return self.start()

    # The command.

    def ask(self, *command: object, timeout: float = 10) -> Json:
        """Straight to the control socket; bulk replies are JSON."""
        with Client(self.socket, timeout=timeout) as client:
            reply = client.call(*command)
        return json.loads(reply) if isinstance(reply, str) and reply[:1] in "[{" else reply

    def ctl(self, *arguments: object, timeout: float = 120) -> tuple[int, Json]:
        """slotwardenctl --json: its exit code and what it printed (text where that is not JSON)."""
        done = subprocess.run([build_directory() / "slotwardenctl", "-s", self.socket, "--json", *map(str, arguments)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            return done.returncode, done.stdout + done.stderr

    def human(self, *arguments: object, timeout: float = 60) -> str:
        """slotwardenctl as a person sees it."""
        done = subprocess.run([build_directory() / "slotwardenctl", "-s", self.socket, *map(str, arguments)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
        return done.stdout + done.stderr

    def status(self, of: Server | int) -> Json:
        return self.ask("STATUS", port_of(of))[0]

    def state_of(self, of: Server | int) -> str:
        return str(self.status(of)["state"])

    def held_by(self, of: Server | int) -> str:
        """The rule that keeps it down; empty when none does."""
        hold = self.status(of).get("hold")
        return str(hold["rule"]) if hold else ""

    def explain(self, of: Server | int) -> Json:
        return self.ask("EXPLAIN", port_of(of))[0]

    def events(self, of: Server | int | None = None, name: str = "", limit: int = 1000) -> list[Json]:
        target = [] if of is None else [port_of(of)]
        found = self.ask("EVENTS", *target, "--limit", limit)
        return [it for it in found if not name or it["event"] == name]

    # Waiting.

    def wait_state(self, of: Server | int, *states: str, timeout: float = 60) -> Json:
        return until(lambda: (s := self.status(of))["state"] in states and s, timeout,
                     f"{port_of(of)} is {' or '.join(states)}")

    def wait_held(self, of: Server | int, *rules: str, timeout: float = 60) -> Json:
        """Until one of `rules` (any, when none is named) keeps it down. Returns the status."""
        return until(lambda: (s := self.status(of)).get("hold") and (not rules or s["hold"]["rule"] in rules) and s,
                     timeout, f"{port_of(of)} is held{' by ' + ' or '.join(rules) if rules else ''}")

    def wait_event(self, name: str, of: Server | int | None = None, count: int = 1, timeout: float = 60) -> list[Json]:
        return until(lambda: len(found := self.events(of, name)) >= count and found, timeout,
                     f"event {name}{f' of {port_of(of)}' if of else ''}")

    def wait_running(self, timeout: float = 60) -> None:
        until(lambda: all(it["state"] == "RUNNING" for it in self.ask("STATUS")), timeout, "all instances are RUNNING")

    # For a failed test.

    def report(self) -> str:
        parts = [f"--- {self.log} ---", tail(self.log, 60), "--- events ---"]
        try:
            parts += [f"{it['at']} {it['port']} {it['event']} {it['rule'] or ''} {it['detail']}"
                      for it in self.events(limit=60)]
            parts += ["--- status ---", *(json.dumps(it) for it in self.ask("STATUS"))]
        except Exception as error:  # noqa: BLE001  the report must not hide the failure it is about
            parts.append(f"(the daemon does not tell: {error})")
        return "\n".join(parts)


def freeze(pid: int) -> None:
    processes.send(pid, signal.SIGSTOP)


def thaw(pid: int) -> None:
    processes.send(pid, signal.SIGCONT)


def port_of(of: Server | int) -> int:
    return of if isinstance(of, int) else of.port


def tail(file: Path, lines: int) -> str:
    try:
        return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
    except OSError as error:
        return f"({error})"
