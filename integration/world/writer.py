"""A client that remembers every acknowledged write and when it was acknowledged, so that losses and gaps can be told.

One thread (a lane) per shard writes numbered keys one after another. A write that fails is tried again at once, against
all nodes of the shard in turn, until it is acknowledged: key n was acknowledged iff n < len(lane.acknowledged).
"""

from __future__ import annotations

import itertools
import threading
import time
from array import array
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from world.cluster import Cluster, Shard
from world.hosts import HERE, Place
from world.resp import Access, Client, ServerError
from world.servers import Server

REDIRECTIONS = frozenset({"MOVED", "ASK", "TRYAGAIN"})
_serial = itertools.count()


@dataclass
class Failure:
    at: float
    port: int
    why: str


@dataclass
class Lane:
    """Writes to one shard, from `place`. `acknowledged[n]` is when key n was (time.monotonic())."""

    shard: Shard
    cluster: Cluster
    access: Access
    place: Place
    interval: float
    patience: float  # per request
    value_size: int = 0
    name: str = field(default_factory=lambda: f"w{next(_serial)}")
    acknowledged: array[float] = field(default_factory=lambda: array("d"))
    redirections: int = 0
    failures: list[Failure] = field(default_factory=list)
    known_lost: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._tags = self.shard.tags()
        self._ports = [it.port for it in self.shard.servers]
        self._clients: dict[int, Client] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    def key(self, number: int) -> str:
        return f"{self.name}:{number}:{{{self._tags[number % len(self._tags)]}}}"

    def value(self, number: int) -> str:
        return f"{self.name}/{number}".ljust(self.value_size, ".")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread.ident:
            self._thread.join()

    def outage(self, since: float) -> float:
        """The longest time without an acknowledgement that ended, or goes on, after `since`."""
        times = self.acknowledged
        first = len(times)
        while first > 0 and times[first - 1] > since:
            first -= 1
        points = [times[first - 1] if first else since, *times[first:], time.monotonic()]
        return max(b - a for a, b in zip(points, points[1:]))

    def written_since(self, moment: float) -> bool:
        return bool(self.acknowledged) and self.acknowledged[-1] > moment

    def failed(self) -> Counter[str]:
        return Counter(it.why for it in self.failures)

    # The thread.

    def _run(self) -> None:
        with self.place.inside():
            self._write_on()

    def _write_on(self) -> None:
        port = self._ports[0]
        due = time.monotonic()
        for number in itertools.count():
            port = self._write(number, port)
            if self._ending.is_set():
                break
            self.acknowledged.append(time.monotonic())
            due = max(due + self.interval, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
        for client in self._clients.values():
            client.close()

    def _write(self, number: int, port: int) -> int:
        """Until it is acknowledged or the lane is stopped. Returns the port that took it."""
        commands = [("SET", self.key(number), self.value(number))]
        while not self._ending.is_set():
            try:
                reply = self._client(port).pipeline(commands)[-1]
            except OSError as error:
                self._forget(port)
                port = self._failed(port, "timeout" if isinstance(error, TimeoutError) else "connection")
                continue
            commands = commands[-1:]
            if reply == "OK":
                return port
            assert isinstance(reply, ServerError), reply
            if reply.code not in REDIRECTIONS:
                port = self._failed(port, reply.code)
                continue
            self.redirections += 1
            if reply.code != "TRYAGAIN":
                port = int(str(reply).rpartition(":")[2])
            if reply.code == "ASK":
                commands = [("ASKING",), *commands]
        return port

    def _failed(self, port: int, why: str) -> int:
        self.failures.append(Failure(time.monotonic(), port, why))
        time.sleep(0.001)
        known = self._ports
        return known[(known.index(port) + 1) % len(known)] if port in known else known[0]

    def _client(self, port: int) -> Client:
        if port in self._clients and self._clients[port].stale():
            self._forget(port)  # its server ended while we wrote elsewhere
        if port not in self._clients:
            at = self.cluster.by_port[port].place.address, port
            self._clients[port] = Client(at, self.access, self.patience)
        return self._clients[port]

    def _forget(self, port: int) -> None:
        with suppress(KeyError):
            self._clients.pop(port).close()


@dataclass
class Loss:
    acknowledged: int
    lost: set[int]


class Writer:
    """One lane per shard of a cluster."""

    def __init__(self, cluster: Cluster, *, shards: list[Shard] | None = None, rate: float = 300,
                 patience: float = 0.5, value_size: int = 0, place: Place = HERE):
        self.cluster = cluster
        access = cluster.servers[0].access
        self.lanes = {it.index: Lane(it, cluster, access, place, 1 / rate, patience, value_size)
                      for it in shards or cluster.shards}

    def start(self) -> Writer:
        for lane in self.lanes.values():
            lane.start()
        return self

    def stop(self) -> None:
        for lane in self.lanes.values():
            lane.stop()

    def __enter__(self) -> Writer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def acknowledged(self) -> int:
        return sum(len(it.acknowledged) for it in self.lanes.values())

    def all_written_since(self, moment: float) -> bool:
        return all(it.written_since(moment) for it in self.lanes.values())

    def failed(self) -> Counter[str]:
        """Failures by kind, redirections not counted."""
        return sum((it.failed() for it in self.lanes.values()), Counter())

    def verify(self, shard: Shard) -> Loss:
        """Reads back every key that was acknowledged up to now from the shard's present master."""
        lane = self.lanes[shard.index]
        count = len(lane.acknowledged)
        return Loss(count, missing(self.cluster.master(shard), lane, range(count)))

    def verify_all(self) -> dict[int, Loss]:
        return {index: self.verify(lane.shard) for index, lane in self.lanes.items()}

    def lost(self) -> int:
        return sum(len(it.lost) for it in self.verify_all().values())


def missing(server: Server, lane: Lane, numbers: range) -> set[int]:
    """Those of the lane's keys that `server` does not hold as they were written. Asks a replica too."""
    lost: set[int] = set()
    with server.client(timeout=20) as client:
        client.call("READONLY")
        for first in range(0, len(numbers), 1000):
            chunk = numbers[first:first + 1000]
            for number, reply in zip(chunk, client.pipeline([("GET", lane.key(n)) for n in chunk])):
                if isinstance(reply, ServerError):
                    raise reply
                if reply != lane.value(number):
                    lost.add(number)
    return lost


def not_received(replica: Server, lane: Lane, last: int = 5000) -> set[int]:
    """After its master's death: which of the last keys, the one under way included, never reached the replica.

    Call it once the replica has seen its link go down, so that it has read all that the dead master had sent.
    """
    count = len(lane.acknowledged)
    return missing(replica, lane, range(max(0, count - last), count + 1))
