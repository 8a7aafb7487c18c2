"""A scenario: real servers, a story that can be read, and a full account when it fails."""

from __future__ import annotations

import signal
import sys
import time
import unittest
from types import FrameType

from world.cluster import Cluster
from world.servers import Server, redis_binary
from world.waiting import until
from world.warden import Warden, programs_missing, tail
from world.world import World

SKIPPED = 77


class Scenario(unittest.TestCase):
    """Each test has a world of its own; everything in it is ended afterwards."""

    world: World
    needs_slotwarden = True

    def setUp(self) -> None:
        if not redis_binary():
            self.skipTest("no redis-server; set SLOTWARDEN_REDIS")
        if self.needs_slotwarden and (missing := programs_missing()):
            self.skipTest(missing)
        self._began = time.monotonic()
        self.wardens: list[Warden] = []
        self.world = World(type(self).__name__)
        self.addCleanup(self.world.close)
        self.addCleanup(self._account)
        self.tell(f"{self._testMethodName.replace('_', ' ').removeprefix('test ')}")

    def tell(self, sentence: str) -> None:
        print(f"  {time.monotonic() - self._began:7.2f} s  {sentence}", flush=True)

    def warden(self, servers: list[Server], **options: object) -> Warden:
        """A configured daemon that does not run yet."""
        made = Warden(self.world, servers, **options)  # type: ignore[arg-type]
        self.wardens.append(made)
        return made

    def kept(self, cluster: Cluster, **options: object) -> Warden:
        """The cluster, its servers started by slotwarden, formed and settled."""
        made = self.warden(cluster.servers, **options).start()
        cluster.form()
        made.wait_running()
        self.settle(made, cluster)
        roles = len(cluster.shards), len(cluster.servers) - len(cluster.shards)
        self.tell("slotwarden keeps a cluster of {} masters and {} replicas".format(*roles))
        return made

    def kept_on_hosts(self, cluster: Cluster, **options: object) -> list[Warden]:
        """As kept(), with a daemon on each of the hosts that the servers are on, in the order of the hosts."""
        places = sorted({it.place for it in cluster.servers}, key=lambda it: it.address)
        made = []
        for n, place in enumerate(places):
            servers = [it for it in cluster.servers if it.place is place]
            made.append(self.warden(servers, name=f"host{n + 1}", place=place, **options).start())
        cluster.form()
        for warden in made:
            warden.wait_running()
            self.settle(warden, cluster)
        self.tell(f"{len(made)} hosts keep a cluster of {len(cluster.servers)} nodes")
        return made

    def settle(self, warden: Warden, cluster: Cluster) -> None:
        """Until the daemon has seen every node in its place: its status names every role as the servers do, and it
        decides when they save."""
        def seen() -> bool:
            told = {it["port"]: it["role"] for it in warden.ask("STATUS") if it["state"] == "RUNNING"}
            words = {"slave": "replica", "master": "master"}
            return all(told.get(it.port) == words[it.info("replication")["role"]] for it in warden.servers)

        until(seen, 60, "slotwarden has seen every node's role", pause=0.05)
        until(lambda: all(it["taken_over"] or it["problem"] for it in warden.ask("SAVES")["saves"]), 60,
              "slotwarden decides when they save", pause=0.05)

    def _account(self) -> None:
        """Prints what happened if the test failed. Runs before the world is ended."""
        if not self._failed():
            return
        for warden in self.wardens:
            print(warden.report())
        for server in self.world.servers:
            print(f"--- {server.log} ---\n{tail(server.log, 15)}")
        sys.stdout.flush()

    def _failed(self) -> bool:
        result = self._outcome.result  # type: ignore[attr-defined]
        return any(getattr(test, "test_case", test) is self for test, _ in result.failures + result.errors)


def main() -> None:
    """Runs the calling file's tests. Exit code 77 when every one was skipped, as CTest is told."""
    signal.signal(signal.SIGTERM, _interrupted)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    result = unittest.main(exit=False, verbosity=2, failfast=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun and len(result.skipped) == result.testsRun else 0)


def _interrupted(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)

