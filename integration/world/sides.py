"""The same accidents under different keepers: restarted at once, kept by slotwarden, not restarted at all."""

from __future__ import annotations

import re
import time

from world.accident import Accident, judge, kill_master, wait_writes
from world.cluster import Shard
from world.naive import NaiveRestarter
from world.waiting import until
from world.warden import Json, Warden
from world.world import World, start_directly
from world.writer import Writer


class Side:
    """A cluster of three masters and three replicas without persistence, and a writer that checks."""

    title = ""

    def __init__(self, world: World, rate: float = 500, node_timeout_ms: int = 15000):
        self.world = world
        self.cluster = world.cluster(node_timeout_ms=node_timeout_ms, persistence="none")
        self.writer = Writer(self.cluster, rate=rate, patience=1.0)
        self.accidents: list[Accident] = []

    def begin(self) -> None:
        self.keep()
        self.cluster.form()
        self.writer.start()
        began = time.monotonic()
        until(lambda: self.writer.all_written_since(began + 2.0), 60, "every shard has been written to for a while")

    def strike(self, shard: Shard) -> Accident:
        """Kills the shard's master and waits until the cluster is whole again, with or without its data."""
        accident = kill_master(self.cluster, shard, self.writer.lanes[shard.index])
        wait_writes(accident, self.writer, timeout=120)
        self.clear_away(accident)
        self.cluster.wait_whole(120)
        self.accidents.append(judge(accident, self.writer))
        return accident

    def end(self) -> None:
        self.writer.stop()

    # What the keepers differ in.

    def keep(self) -> None:
        raise NotImplementedError

    def clear_away(self, accident: Accident) -> None:
        """Once writes flow again."""


class RestartedAtOnce(Side):
    title = "immediate restart"

    def keep(self) -> None:
        start_directly(self.cluster)
        self._restarter = NaiveRestarter(self.cluster.servers)

    def end(self) -> None:
        super().end()
        self._restarter.stop()


class KeptBySlotwarden(Side):
    title = "slotwarden"

    def keep(self) -> None:
        # The story is that of the servers' deaths; what the host lacks is told by `slotwardenctl doctor`.
        self.warden = Warden(self.world, self.cluster.servers, policies={"host": 'mode = "off"\n'}).start()
        self.warden.wait_running()

    def begin(self) -> None:
        super().begin()
        until(self._records_complete, 60, "slotwarden has seen every master's keys")

    def _records_complete(self) -> bool:
        masters = [it for it in self.warden.ask("STATUS") if it["role"] == "master"]
        return len(masters) == len(self.cluster.shards) and all(it["keys"] for it in masters)

    def bytes_lacking(self) -> int | None:
        """By slotwarden's own account: what its successors lacked; None where it does not say."""
        found = [bytes_in(it) for it in self.warden.events(name="succeeded")]
        known = [it for it in found if it is not None]
        return sum(known) if known else None


class NotRestarted(Side):
    """The cluster elects a successor by itself; only then is the dead node started again, as its replica."""

    title = "no restart"

    def keep(self) -> None:
        start_directly(self.cluster)

    def clear_away(self, accident: Accident) -> None:
        accident.victim.wait()
        accident.victim.start()


def bytes_in(event: Json) -> int | None:
    if "lacked nothing" in event["detail"]:
        return 0
    found = re.search(r"lacked (\d+) bytes?\b", event["detail"])
    return int(found.group(1)) if found else None
