"""Those who can be asked whether a dump is sound: the servers' own programs, and slotwarden's verdict."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from world.servers import program_of, redis_binary, valkey_binary
from world.world import REPOSITORY, build_directory

DEBIAN_13 = REPOSITORY / "build" / "servers" / "trixie"  # mmdebstrap --include=redis-server,… trixie build/servers/trixie
AT_ONCE = 2


@dataclass(frozen=True)
class Opinion:
    sound: bool | None  # None: it did not come to one
    because: str
    keys: int | None = None
    expiring: int | None = None


@dataclass(frozen=True)
class Product:
    """A server and the program that checks its dumps."""

    name: str  # "redis 7.0"
    server: list[str]
    checker: list[str]

    @property
    def reader(self) -> str:
        """As rdb_verdict takes it: the newest version of an RDB that this server loads."""
        kind, version = self.name.split()
        number = tuple(int(it) for it in version.split("."))
        if kind == "valkey":
            return "valkey:80" if number >= (9,) else "valkey:11"
        newest = {(8, 6): 13, (7, 4): 12, (7, 2): 11, (7, 0): 10, (5, 0): 9}
        return f"redis:{next(rdb for since, rdb in newest.items() if number >= since)}"

    def opinion(self, file: Path) -> Opinion:
        try:
            done = subprocess.run([*self.checker, file], capture_output=True, timeout=20, check=False)
        except subprocess.TimeoutExpired:
            return Opinion(None, "it never ends on some module data that is cut")
        told = done.stdout.decode("latin1")

        def counted(what: str) -> int | None:
            found = re.search(rf"\[info\] (\d+) {what}", told)
            return int(found[1]) if found else None

        return Opinion(done.returncode == 0, told[-300:], counted("keys read"), counted("expires"))

    def opinions(self, files: Iterable[Path]) -> list[Opinion]:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(self.opinion, files))

    def ours(self, files: list[Path]) -> list[Opinion]:
        """What slotwarden would tell of them to whoever starts this server."""
        told = rdb_verdict("--reader", self.reader, files=files)
        return [Opinion(it["state"] in ("valid", "empty"), it["detail"], it.get("keys"), it.get("with_expiry"))
                for it in told]


def rdb_verdict(*options: str, files: list[Path]) -> list[Any]:
    answers = []
    for some in range(0, len(files), 500):
        done = subprocess.run([build_directory() / "rdb_verdict", *options, *files[some:some + 500]],
                              capture_output=True, check=True)
        answers += [json.loads(line) for line in done.stdout.splitlines()]
    return answers


def products() -> list[Product]:
    """Those of this machine, and those of Debian 13 where its root was made."""
    found = []
    for server in (redis_binary(), valkey_binary()):
        if server:
            checker = server.parent / server.name.replace("-server", "-check-rdb")
            if checker.exists():
                found.append(_product([str(server)], [str(checker)]))
    for kind in ("redis", "valkey"):
        if (DEBIAN_13 / "usr/bin" / f"{kind}-check-rdb").exists():
            found.append(_product(program_of(DEBIAN_13, f"{kind}-server"), program_of(DEBIAN_13, f"{kind}-check-rdb")))
    return found


def _product(server: list[str], checker: list[str]) -> Product:
    told = subprocess.run([*server, "--version"], capture_output=True, text=True, check=True).stdout
    kind = "valkey" if "valkey" in told.lower() else "redis"
    version = re.search(r"v=(\d+\.\d+)", told)
    assert version, told
    return Product(f"{kind} {version[1]}", server, checker)
