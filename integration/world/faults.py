"""What can go wrong with a server from outside, done to it on purpose."""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from world import processes
from world.servers import Server
from world.waiting import until


def cut_replication(replica: Server) -> None:
    """Its link to the master goes down and stays down: the master refuses its name."""
    with replica.client() as client:
        client.call("CONFIG", "SET", "masteruser", "nobody", "masterauth", "wrong")
        client.call("CLIENT", "KILL", "TYPE", "master")
    until(lambda: replica.info("replication").get("master_link_status") == "down", 10, f"{replica.port}'s link is down")


def mend_replication(replica: Server) -> None:
    replica.call("CONFIG", "SET", "masteruser", "", "masterauth", "")


def load_slowly(server: Server, microseconds_per_key: int) -> None:
    """From its next start on."""
    server.options["key-load-delay"] = str(microseconds_per_key)
    server.options["loading-process-events-interval-bytes"] = "1024"  # it answers meanwhile, as with a large file
    server.write_config()


def load_normally(server: Server) -> None:
    server.options.pop("key-load-delay")
    server.options.pop("loading-process-events-interval-bytes")
    server.write_config()


def truncate(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) * 2 // 3])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def flip_one_bit(file: Path, seed: int = 7) -> None:
    data = bytearray(file.read_bytes())
    at = random.Random(seed).randrange(len(data) // 4, len(data) * 3 // 4)
    data[at] ^= 1 << at % 8
    file.write_bytes(data)


def delete(file: Path) -> None:
    file.unlink()


def damage_and_kill(server: Server, file: Path, damage: Callable[[Path], object]) -> int:
    """kill -9 of a server whose file was damaged. It is stopped first: running, it may write the file anew in between."""
    pid = server.signal(signal.SIGSTOP)

    def stopped() -> bool:
        found = processes.process(pid)
        return found is not None and found.state == "T"

    until(stopped, 10, f"{server.port} is stopped", pause=0.001)
    damage(file)
    processes.send(pid, signal.SIGKILL)
    return pid


class Copy:
    """A copy of a file beside the world's servers, to be put back."""

    def __init__(self, file: Path):
        self._file = file
        self._copy = file.parent.parent / f"copy-of-{file.name}"
        shutil.copy2(file, self._copy)

    def put_back(self) -> None:
        shutil.copy2(self._copy, self._file)
