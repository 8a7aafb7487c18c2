"""Ports for parallel tests: blocks of 20 below 22768, so that the bus ports (+10000) stay below the ephemeral ones."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path

FIRST, BLOCK, BLOCKS = 20000, 20, 138
LOCKS = Path("/tmp/slotwarden-ports")


def free(port: int) -> bool:
    for number in (port, port + 10000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError:
                return False
    return True


class Ports:
    """Holds a lock on every block it draws from until close()."""

    def __init__(self) -> None:
        LOCKS.mkdir(mode=0o777, exist_ok=True)
        self._locks: list[int] = []
        self._spare: list[int] = []
        self._next = os.getpid() * 7 % BLOCKS

    def take(self, count: int) -> list[int]:
        for _ in range(BLOCKS):
            if len(self._spare) >= count:
                break
            self._draw()
        if len(self._spare) < count:
            raise RuntimeError(f"no {count} free ports between {FIRST} and {FIRST + BLOCK * BLOCKS}")
        taken, self._spare = self._spare[:count], self._spare[count:]
        return taken

    def close(self) -> None:
        for lock in self._locks:
            os.close(lock)
        self._locks, self._spare = [], []

    def _draw(self) -> None:
        block = FIRST + self._next * BLOCK
        self._next = (self._next + 1) % BLOCKS
        lock = os.open(LOCKS / str(block), os.O_CREAT | os.O_RDWR, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            return
        ports = range(block, block + BLOCK)
        if all(map(free, ports)):
            self._locks.append(lock)
            self._spare.extend(ports)
        else:
            os.close(lock)
