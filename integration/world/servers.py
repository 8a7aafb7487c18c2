"""redis-server and valkey-server processes, each with a configuration file and a data directory of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from world import processes
from world.hosts import HERE, Place
from world.resp import OPEN, Access, Client, Reply
from world.waiting import until

# What a configuration must say about persistence; "none" is the worst case for a restarted master.
PERSISTENCE: Mapping[str, Mapping[str, str]] = {
    "none": {"save": '""', "appendonly": "no"},
    "rdb": {"save": "3600 1", "appendonly": "no"},
    "aof": {"save": '""', "appendonly": "yes", "appendfsync": "everysec"},
}


def redis_binary() -> Path | None:
    return _binary("SLOTWARDEN_REDIS", "redis-server")


def program_of(root: Path, name: str) -> list[str]:
    """A program of another Debian's root, with the libraries of that root, and no right to enter it."""
    loader = next((root / "usr/lib").glob("*-linux-gnu/ld-linux-*.so.*"))
    return [str(loader), "--library-path", str(loader.parent), "--argv0", name, str(root / "usr/bin" / name)]


def valkey_binary() -> Path | None:
    return _binary("SLOTWARDEN_VALKEY", "valkey-server")


def _binary(variable: str, name: str) -> Path | None:
    # Never resolved: the server is a link to a program that acts by the name it is called by.
    found = os.environ.get(variable) or shutil.which(name)
    return Path(found).absolute() if found and Path(found).exists() else None


@dataclass(eq=False)
class Server:
    port: int
    home: Path  # holds server.conf; the data directory is below it
    binary: Path
    options: dict[str, str] = field(default_factory=dict)
    access: Access = OPEN
    place: Place = HERE
    _popen: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def config(self) -> Path:
        return self.home / "server.conf"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def dump(self) -> Path:
        return self.data / "dump.rdb"

    def write_config(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        lines = {
            "bind": self.place.address,
            "protected-mode": "no",
            "port": str(self.port),
            "dir": str(self.data),
            "logfile": str(self.log),
            "cluster-enabled": "yes",
            "cluster-config-file": "nodes.conf",
            "enable-debug-command": "local",
        }
        if tls := self.access.tls:
            lines |= {"port": "0", "tls-port": str(self.port), "tls-cluster": "yes", "tls-replication": "yes"}
            lines |= {"tls-ca-cert-file": str(tls.ca), "tls-cert-file": str(tls.certificate)}
            lines |= {"tls-key-file": str(tls.key)}
        if password := self.access.password:
            lines |= {"requirepass": password, "masterauth": password}
        lines |= self.options
        self.config.write_text("".join(f"{key} {value}\n" for key, value in lines.items()))
        self.config.chmod(0o600)

    def start(self) -> None:
        """Starts it directly, as anybody would without slotwarden."""
        with open(self.home / "output.log", "ab") as output, self.place.inside():
            self._popen = subprocess.Popen(
                [self.binary, self.config], stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.home,
                start_new_session=True)

    def wait(self) -> int:
        """Until the directly started process ends."""
        assert self._popen
        return self._popen.wait()

    def client(self, timeout: float = 2.0) -> Client:
        """From its own host, so that a test can speak to a server that nobody else reaches."""
        with self.place.inside():
            return Client((self.place.address, self.port), self.access, timeout)

    def call(self, *command: object, timeout: float = 2.0) -> Reply:
        with self.client(timeout) as client:
            return client.call(*command)

    def info(self, section: str = "everything") -> dict[str, str]:
        lines = str(self.call("INFO", section)).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def probes(self) -> int:
        """How often CLUSTER NODES was asked of it: whoever watches it does so every few rounds of one second."""
        calls = self.info("commandstats").get("cmdstat_cluster|nodes", "calls=0,").split(",")[0]
        return int(calls.removeprefix("calls="))

    def keys(self) -> int:
        return int(self.call("DBSIZE"))

    def ready(self) -> bool:
        return bool(self.call("PING") == "PONG")

    def pid(self) -> int | None:
        """Of the process that works in the data directory, asked from the kernel: a hung server has one too."""
        found = processes.main_process(self.data)
        return found.pid if found else None

    def signal(self, number: int) -> int:
        pid = self.pid()
        assert pid, f"no server runs in {self.data}"
        processes.send(pid, number)
        return pid

    def kill(self) -> int:
        return self.signal(signal.SIGKILL)

    def save(self) -> None:
        """A dump.rdb of what is in it now."""
        self.call("SAVE", timeout=30)

    def wait_ready(self, timeout: float = 30) -> None:
        until(self.ready, timeout, f"{self.port} answers PING")
