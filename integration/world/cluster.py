"""A cluster formed quickly and the same way every time, by the servers' own commands, and views of it."""

from __future__ import annotations

import binascii
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from world.resp import ServerError
from world.servers import Server
from world.waiting import until

SLOTS = 16384


def slot_of(tag: str) -> int:
    """CRC16/XMODEM, as the servers hash."""
    return binascii.crc_hqx(tag.encode(), 0) % SLOTS


@dataclass(frozen=True)
class Node:
    """One line of CLUSTER NODES."""

    id: str
    port: int
    flags: frozenset[str]
    master: str  # "" for a master
    epoch: int
    slots: frozenset[int]

    @property
    def failing(self) -> bool:
        return bool(self.flags & {"fail", "fail?", "handshake", "noaddr"})


def parse_nodes(text: str) -> dict[str, Node]:
    nodes = {}
    for line in text.splitlines():
        words = line.split()
        port = int(words[1].split("@")[0].rpartition(":")[2])
        slots: set[int] = set()
        for word in words[8:]:
            if not word.startswith("["):
                first, _, last = word.partition("-")
                slots.update(range(int(first), int(last or first) + 1))
        master = "" if words[3] == "-" else words[3]
        nodes[words[0]] = Node(words[0], port, frozenset(words[2].split(",")), master, int(words[6]), frozenset(slots))
    return nodes


@dataclass(frozen=True)
class Shard:
    """A range of slots and the servers that were given to it; which of them is master now is asked each time."""

    index: int
    first: int
    last: int
    servers: tuple[Server, ...]

    def tags(self, count: int = 8) -> list[str]:
        """Hash tags whose slots belong to this shard."""
        found: list[str] = []
        number = 0
        while len(found) < count:
            if self.first <= slot_of(f"t{number}") <= self.last:
                found.append(f"t{number}")
            number += 1
        return found


class Cluster:
    def __init__(self, servers: list[Server], masters: int, node_timeout_ms: int):
        self.servers = servers
        self.by_port = {it.port: it for it in servers}
        self.node_timeout = node_timeout_ms / 1000
        bounds = [SLOTS * n // masters for n in range(masters + 1)]
        self.shards = [
            Shard(n, bounds[n], bounds[n + 1] - 1, tuple(servers[n::masters])) for n in range(masters)
        ]

    # How it is now.

    def nodes(self, server: Server) -> dict[str, Node]:
        return parse_nodes(str(server.call("CLUSTER", "NODES")))

    def master(self, shard: Shard, witness: Server | None = None) -> Server:
        """The owner of the shard's slots as most of the servers that answer see it, or as `witness` does."""
        votes: dict[int, int] = {}
        for server in [witness] if witness else self.servers:
            try:
                for node in self.nodes(server).values():
                    if shard.first in node.slots:
                        votes[node.port] = votes.get(node.port, 0) + 1
            except (OSError, ServerError):
                continue
        if not votes:
            raise ConnectionError(f"nobody names an owner of slot {shard.first}")
        return self.by_port[max(votes, key=lambda port: votes[port])]

    def replicas(self, shard: Shard) -> list[Server]:
        master = self.master(shard)
        return [it for it in shard.servers if it is not master]

    def whole(self) -> bool:
        """Every server runs, all see the same cluster without a failing node, every replica is linked and synced."""
        with ThreadPoolExecutor(len(self.servers)) as pool:
            views = list(pool.map(self._view, self.servers))
        return all(view is not None and view == views[0] for view in views)

    def elections(self) -> int:
        """How often a replica has become master, by the servers' own account."""
        return sum(it.log.read_text(errors="replace").count("Failover election won") for it in self.servers)

    def wait_whole(self, timeout: float = 60) -> None:
        until(self.whole, timeout, "the cluster is whole again", pause=0.05)

    def _view(self, server: Server) -> frozenset[tuple[str, str, frozenset[int]]] | None:
        """Who follows whom and who owns what, or None when something is amiss."""
        with server.client() as client:
            nodes = parse_nodes(str(client.call("CLUSTER", "NODES")))
            info = str(client.call("INFO", "replication"))
            state = str(client.call("CLUSTER", "INFO"))
        if len(nodes) != len(self.servers) or any(it.failing for it in nodes.values()):
            return None
        if "cluster_state:ok" not in state:
            return None
        own = next(it for it in nodes.values() if "myself" in it.flags)
        followers = [it for it in nodes.values() if it.master == own.id]
        if own.master and ("role:slave" not in info or "master_link_status:up" not in info):
            return None
        if info.count("state=online") != len(followers):
            return None
        return frozenset((it.id, it.master, it.slots) for it in nodes.values())

    # How it is made.

    def form(self) -> None:
        """The servers run, empty and alone. Replica n of a shard follows the shard's first server."""
        for server in self.servers:
            server.wait_ready()
            server.call("CONFIG", "SET", "repl-diskless-sync-delay", "0")
        for shard in self.shards:
            shard.servers[0].call("CLUSTER", "SET-CONFIG-EPOCH", shard.index + 1)
            shard.servers[0].call("CLUSTER", "ADDSLOTSRANGE", shard.first, shard.last)
        for n, server in enumerate(self.servers):
            for other in self.servers[n + 1:]:
                server.call("CLUSTER", "MEET", other.place.address, other.port)
        until(self._all_met, 120, "all nodes know each other")
        for shard in self.shards:
            master = shard.servers[0].call("CLUSTER", "MYID")
            for replica in shard.servers[1:]:
                until(lambda: replica.call("CLUSTER", "REPLICATE", master), 10, f"{replica.port} may follow {master}")
        until(self.whole, 120, "the new cluster is whole", pause=0.05)
        until(self._saved, 120, "every nodes.conf can be loaded again", pause=0.1)
        for server in self.servers:
            delay = server.options.get("repl-diskless-sync-delay", "5")
            server.call("CONFIG", "SET", "repl-diskless-sync-delay", delay)

    def _saved(self) -> bool:
        """For a moment Valkey writes replicas with another shard id than their master's, and refuses to load that."""
        for server in self.servers:
            server.call("CLUSTER", "SAVECONFIG")
            lines = [it.split() for it in (server.data / "nodes.conf").read_text().splitlines() if " connected" in it]
            shards = {it[0]: it[1].partition("shard-id=")[2] for it in lines}
            if any(it[3] != "-" and shards[it[0]] != shards.get(it[3]) for it in lines):
                return False
        return True

    def _all_met(self) -> bool:
        for server in self.servers:
            nodes = self.nodes(server).values()
            if len(nodes) != len(self.servers) or any(it.failing for it in nodes):
                return False
        return True
