"""The accident itself: a master is killed under writes, and what became of it is measured from outside."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, field

from world import processes
from world.cluster import Cluster, Shard
from world.keys import fill
from world.scenario import Scenario
from world.servers import Server
from world.waiting import until
from world.warden import Warden
from world.writer import Lane, Writer, not_received


@dataclass
class Accident:
    shard: Shard
    victim: Server
    at: float
    # Keys that the replica had not been sent when the master died, with the one under way. Nobody could save them.
    not_received: set[int] = field(default_factory=set)
    outage: float = 0.0
    lost: set[int] = field(default_factory=set)

    @property
    def undeserved(self) -> set[int]:
        """Lost although a replica had it."""
        return self.lost - self.not_received


def link_gone(replica: Server) -> bool:
    info = replica.info("replication")
    return info["role"] == "master" or info.get("master_link_status") == "down"


def kill_master(cluster: Cluster, shard: Shard, lane: Lane | None = None) -> Accident:
    """kill -9. With a lane, looks at once what the replica lacks."""
    victim = cluster.master(shard)
    pid = victim.pid()
    assert pid, f"{victim.port} does not run"
    replicas = [it for it in shard.servers if it is not victim]
    accident = Accident(shard, victim, time.monotonic())
    processes.send(pid, signal.SIGKILL)
    if lane and replicas:
        until(lambda: link_gone(replicas[0]), 30, f"{replicas[0].port} noticed the death of its master", pause=0.002)
        accident.not_received = not_received(replicas[0], lane)
    return accident


def judge(accident: Accident, writer: Writer) -> Accident:
    """Once writes flow again and everything has settled: how long they did not, and what is gone for ever."""
    lane = writer.lanes[accident.shard.index]
    accident.outage = lane.outage(accident.at - 0.1)
    lost = writer.verify(accident.shard).lost
    accident.lost = lost - lane.known_lost
    lane.known_lost |= lost
    return accident


def wait_writes(accident: Accident, writer: Writer, timeout: float = 60) -> None:
    """Until the shard takes writes again: twenty in a row, so that none of the dead master's last answers counts."""
    written = writer.lanes[accident.shard.index].acknowledged
    until(lambda: len(written) > 20 and written[-20] > accident.at, timeout,
          f"writes to shard {accident.shard.index} are acknowledged again", pause=0.005)


def wait_recorded(warden: Warden, cluster: Cluster, *shards: Shard) -> None:
    """Until slotwarden has counted the keys that every master (of `shards`) holds now, at least roughly."""
    masters = [cluster.master(it) for it in shards or cluster.shards]

    def seen() -> bool:
        told = {it["port"]: it for it in warden.ask("STATUS")}
        return all((told[it.port]["keys"] or 0) >= it.keys() * 0.9 > 0 for it in masters if it.port in told)

    until(seen, 60, "slotwarden has counted every master's keys", pause=0.1)


def masters_alone(test: Scenario, keys: int, persistence: str) -> tuple[Cluster, Warden]:
    """A cluster in which nobody can succeed a master: each has that many keys, and slotwarden has seen them."""
    cluster = test.world.cluster(replicas=0, persistence=persistence, node_timeout_ms=15000)
    warden = test.kept(cluster)
    for shard in cluster.shards:
        fill(cluster.master(shard), shard, keys)
    wait_recorded(warden, cluster)
    return cluster, warden


def survive(test: Scenario, cluster: Cluster, writer: Writer, shard: Shard, *, outage: float = 5.0) -> Accident:
    """The master of `shard` is killed; writes go on within `outage` seconds, it comes back as a replica, nothing that a
    replica had is lost. Far below the node timeout of 15 s, but generous: machines are noisy."""
    accident = kill_master(cluster, shard, writer.lanes[shard.index])
    wait_writes(accident, writer)
    cluster.wait_whole()
    judge(accident, writer)
    test.tell(f"{accident.victim.port} killed: no write for {accident.outage * 1000:.0f} ms, {len(accident.lost)} lost")
    test.assertEqual(accident.undeserved, set(), "keys lost that a replica had")
    test.assertLess(accident.outage, outage)
    test.assertEqual(accident.victim.info("replication")["role"], "slave")
    return accident
