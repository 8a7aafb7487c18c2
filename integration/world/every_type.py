#!/usr/bin/env python3
"""Dumps with every type and encoding that a server writes, small enough to be damaged in every place.

As a program: every_type.py SERVER DIRECTORY writes them there (tests/formats/corpus was written so).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from world.resp import Client, Reply, ServerError  # noqa: E402
from world.waiting import until  # noqa: E402

# So small that a handful of elements leaves them.
LIMITS = {
    "hash-max-listpack-entries": 4, "zset-max-listpack-entries": 4, "set-max-intset-entries": 4,
    "set-max-listpack-entries": 4, "hash-max-listpack-value": 100, "zset-max-listpack-value": 100,
    "list-max-listpack-size": 3, "stream-node-max-entries": 2, "rdbcompression": "yes",
}
LONG = "a text that is long enough to be compressed, compressed, compressed"
LATER = 4102444800000  # in 2100


class DumpServer(Client):
    """A server without a port, in a directory of its own, that saves only when told."""

    def __init__(self, home: Path):
        super().__init__(home / "socket", timeout=30)
        self._dump = home / "dump.rdb"

    def dump(self, into: Path) -> Path:
        self.call("SAVE")
        return Path(shutil.copyfile(self._dump, into))


@contextmanager
def server(binary: list[str] | str | Path, **options: object) -> Iterator[DumpServer]:
    command = [str(it) for it in binary] if isinstance(binary, list) else [str(Path(binary).absolute())]
    with tempfile.TemporaryDirectory(prefix="sw-every-") as scratch:
        home = Path(scratch)
        arguments = {"port": 0, "unixsocket": home / "socket", "dir": home, "save": "", "logfile": home / "log",
                     "enable-debug-command": "local", **{key.replace("_", "-"): it for key, it in options.items()}}
        running = subprocess.Popen(command + [part for key, it in arguments.items() for part in (f"--{key}", str(it))],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=home)
        try:
            # The file is there a moment before anybody listens at it.
            with until(lambda: DumpServer(home), 30, f"{command[-1]} listens") as client:
                until(lambda: client.call("PING") == "PONG", 30, f"{command[-1]} answers")
                yield client
        finally:
            running.kill()
            running.wait()


def fill(client: Client) -> None:
    """Everything; what this version does not know is left out."""
    def can(*command: object) -> Reply:
        with suppress(ServerError):
            return client.call(*command)
        return None

    for option, value in LIMITS.items():
        can("CONFIG", "SET", option, value)
    can("DEBUG", "QUICKLIST-PACKED-THRESHOLD", 200)
    can("FUNCTION", "LOAD", "#!lua name=library\nredis.register_function('f', function() return 1 end)")
    strings(client)
    collections(can)
    streams(can)
    can("SELECT", 9)
    can("SET", "in another database", "1", "PXAT", LATER)
    can("SELECT", 0)


def strings(client: Client) -> None:
    for name, value in {"int8": -5, "int16": 300, "int32": -70000, "int64": 12345678901, "empty": "", "short": "short",
                        "long": LONG, "raw": "0123456789abcdefghijklmnopqrstuvwxyz!?", "12": "a number as its name",
                        "name " + 3 * LONG: "x"}.items():
        client.call("SET", name, value)
    client.call("SET", "binary", "".join(chr(n) for n in range(0, 500, 7)))
    client.call("SET", "expires", "in 2100", "PXAT", LATER)
    client.call("SET", "expires too", LONG, "PXAT", LATER)
    client.call("PFADD", "loglog", *range(20))


def collections(can: object) -> None:
    assert callable(can)
    few = [1, -2, 300, 70000, "a text", LONG]
    can("RPUSH", "list", "a", 1)
    can("RPUSH", "quicklist", *few, *range(-40, 40, 9), 2**40, -2**62, "x" * 130, "y" * 300)
    for n, numbers in {16: [1, -2, 3], 32: [70000, -1], 64: [2**40, 5, -2**50]}.items():
        can("SADD", f"intset{n}", *numbers)
    can("SADD", "set", "a", 1, "b")
    can("SADD", "large set", *few, "more")
    can("ZADD", "zset", 1, "one", 2.5, "two and a half", "-inf", "least", "1e300", 70)
    can("ZADD", "large zset", 1, "a", 2.5, LONG, "+inf", "b", -0.001, 4, 5, 300, 6, "f")
    can("HSET", "hash", "field", "value", "number", 70000, LONG[:90], "x" * 90)
    can("HSET", "large hash", *few, *(f"field {n}" for n in range(8)))
    can("HSET", "hash with times to live", "a", 1, "b", 2, "c", 3)
    can("HPEXPIREAT", "hash with times to live", LATER, "FIELDS", 2, "a", "b")
    can("HSET", "large hash with times to live", *few, *(f"field {n}" for n in range(8)))
    can("HPEXPIREAT", "large hash with times to live", LATER + 5, "FIELDS", 2, 1, "a text")
    can("GEOADD", "places", 13.361389, 38.115556, "Palermo", 15.087269, 37.502669, "Catania")


def streams(can: object) -> None:
    assert callable(can)
    for n in range(1, 6):
        can("XADD", "stream", f"{n}-1", "temperature", n, "place", "here" if n % 2 else LONG)
    can("XADD", "stream", "7-0", "other", "fields", "than", "before", "and", 3)
    can("XADD", "stream", "7-1", "other", "fields")
    can("XDEL", "stream", "2-1")
    can("XGROUP", "CREATE", "stream", "group", 0)
    can("XREADGROUP", "GROUP", "group", "alice", "COUNT", 2, "STREAMS", "stream", ">")
    can("XREADGROUP", "GROUP", "group", "bob", "COUNT", 3, "STREAMS", "stream", ">")
    can("XACK", "stream", "group", "3-1")
    can("XGROUP", "CREATECONSUMER", "stream", "group", "carol")
    can("XGROUP", "CREATE", "stream", "idle group", "$")
    can("XGROUP", "CREATE", "empty stream", "group", "$", "MKSTREAM")


def write(binary: list[str] | str | Path, into: Path) -> list[Path]:
    """every.rdb; off.rdb without a checksum; lru.rdb and lfu.rdb with what an eviction has to know of each key;
    small.rdb with a few keys, small-off.rdb without a checksum; slots.rdb of a cluster node; empty.rdb."""
    with server(binary) as client:
        written = [client.dump(into / "empty.rdb")]
        few(client)
        written.append(client.dump(into / "small.rdb"))
        fill(client)
        written.append(client.dump(into / "every.rdb"))
        for policy in ("lru", "lfu"):
            client.call("CONFIG", "SET", "maxmemory-policy", f"allkeys-{policy}")
            client.call("SET", "after the policy", policy)
            written.append(client.dump(into / f"{policy}.rdb"))
    with server(binary, rdbchecksum="no") as client:
        few(client)
        written.append(client.dump(into / "small-off.rdb"))
        fill(client)
        written.append(client.dump(into / "off.rdb"))
    with server(binary, cluster_enabled="yes") as client:
        client.call("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        until(lambda: "cluster_state:ok" in client.call("CLUSTER", "INFO"), 30, "its cluster is ok")
        few(client)
        written.append(client.dump(into / "slots.rdb"))
    return written


def few(client: Client) -> None:
    """One key of each kind."""
    client.call("SET", "a", "1", "PXAT", LATER)
    client.call("SET", "b", LONG)
    client.call("RPUSH", "l", "x", 5)
    client.call("SADD", "i", 1, 2)
    client.call("SADD", "s", "m", "n", "o")
    client.call("ZADD", "z", 1.5, "m", 2, "n")
    client.call("HSET", "h", "f", "v", "g", 2)
    client.call("XADD", "x", "1-1", "f", "v")
    client.call("XGROUP", "CREATE", "x", "g", 0)
    client.call("XREADGROUP", "GROUP", "g", "c", "STREAMS", "x", ">")
    client.call("CONFIG", "SET", "hash-max-listpack-entries", 1)
    client.call("CONFIG", "SET", "zset-max-listpack-entries", 1)
    client.call("HSET", "H", "f", "v", "g", 2)
    client.call("ZADD", "Z", 1.5, "m", 2, "n")


if __name__ == "__main__":
    target = Path(sys.argv[2]).absolute()
    target.mkdir(parents=True, exist_ok=True)
    for path in write(sys.argv[1], target):
        print(path, path.stat().st_size)
