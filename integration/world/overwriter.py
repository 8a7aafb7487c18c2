"""Servers full of values that are overwritten at a steady pace: what makes a save copy memory.

A script does the writing, so that six servers can be kept busy from one process.
"""

from __future__ import annotations

import threading
import time

from world.resp import Disconnected, ServerError
from world.servers import Server

VALUE = 8192
TICK = 0.05
# Neighbours in time are far apart in memory, and every key has its turn.
SCRIPT = """
local value = string.rep(ARGV[4], tonumber(ARGV[3]))
local keys, stride = tonumber(ARGV[5]), tonumber(ARGV[6])
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do redis.call('SET', n * stride % keys, value) end
"""


def fill(server: Server, keys: int) -> None:
    with server.client(timeout=60) as client:
        for first in range(0, keys, 5000):
            client.call("EVAL", SCRIPT, 0, first, min(first + 5000, keys), VALUE, "x", keys, 1)


class Overwriter(threading.Thread):
    """Overwrites so many keys a second, of those that fill() made, until it is stopped or the server is gone."""

    def __init__(self, server: Server, keys: int, rate: int):
        super().__init__(daemon=True)
        self.server, self.keys, self.rate = server, keys, rate
        self.written = 0
        self.refused: list[str] = []
        self._ending = threading.Event()

    def run(self) -> None:
        try:
            with self.server.client(timeout=60) as client:
                began = time.monotonic()
                while not self._ending.wait(TICK):
                    due = int((time.monotonic() - began) * self.rate) - self.written
                    upto = self.written + min(due, self.rate)
                    client.call("EVAL", SCRIPT, 0, self.written, upto, VALUE, "y", self.keys, 7919)
                    self.written = upto
        except ServerError as error:
            self.refused.append(str(error))
        except (OSError, Disconnected):
            return

    def stop(self) -> None:
        self._ending.set()
        self.join()
