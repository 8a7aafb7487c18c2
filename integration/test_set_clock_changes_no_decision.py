#!/usr/bin/env python3
"""Somebody sets the clock an hour forward or back. Nothing happens by itself, and every death is answered as ever."""

import time
from datetime import datetime

from world.accident import kill_master, survive, wait_recorded, wait_writes
from world.clock import Clock
from world.cluster import Cluster
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.writer import Writer

HOUR = 3600
NODE_TIMEOUT = 4.0


class SetClock(Scenario):
    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock(self.world.directory)

    def test_nothing_happens_by_itself_and_deaths_are_answered(self) -> None:
        cluster = self.world.cluster(persistence="none", repl_diskless_sync_delay="0")
        warden = self.kept(cluster, environment=self.clock.environment)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            for shard, ahead in zip(cluster.shards, (HOUR, -HOUR, 0)):
                until(lambda: len(warden.events(name="quarantine-released")) == shard.index, 30, "the last one is back")
                self.settle(warden, cluster)
                last = warden.events()[-1]["id"]
                self.clock.step(ahead)
                stays(lambda: [it for it in warden.events() if it["id"] > last] == [], 2, "nobody does anything", pause=0.5)
                self.assertEqual({it["state"] for it in warden.ask("STATUS")}, {"RUNNING"})
                told = datetime.fromisoformat(warden.status(cluster.servers[0])["since"])
                self.tell(f"the clock is {ahead} s ahead; the first server is RUNNING since {told:%H:%M}")
                survive(self, cluster, writer, shard)
                after = datetime.fromisoformat(warden.events()[-1]["at"]).timestamp() - time.time()
                self.assertAlmostEqual(after, ahead, delta=60, msg="the daemon does not see the clock that was set")

    def test_set_in_the_very_moment_of_a_death(self) -> None:
        cluster = self.world.cluster(persistence="none", repl_diskless_sync_delay="0")
        warden = self.kept(cluster, environment=self.clock.environment)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            for shard, ahead in zip(cluster.shards, (HOUR, -HOUR, 0)):
                self.clock.step(ahead)
                survive(self, cluster, writer, shard)

    def test_the_voters_window_is_kept(self) -> None:
        for ahead in (HOUR, -HOUR):
            with self.subTest(ahead=ahead):
                self.third_death(ahead)

    def third_death(self, ahead: int) -> None:
        """The shard's first master dies again within two node timeouts, and the clock was set in between."""
        cluster = self.world.cluster(persistence="none", node_timeout_ms=int(NODE_TIMEOUT * 1000),
                                     repl_diskless_sync_delay="0")
        self.clock.step(0)
        warden = self.kept(cluster, name=f"host{ahead}", environment=self.clock.environment)
        shard = cluster.shards[0]
        with Writer(cluster, shards=[shard]) as writer:
            wait_recorded(warden, cluster, shard)
            for n in range(3):
                if n == 2:
                    self.clock.step(ahead)
                accident = kill_master(cluster, shard)
                wait_writes(accident, writer)
                self.tell(f"{accident.victim.port} killed: no write for {writer.lanes[0].outage(accident.at):.2f} s")
                cluster.wait_whole()
                wait_recorded(warden, cluster, shard)
            events = warden.events(accident.victim, "asked")
            times = [datetime.fromisoformat(it["at"]).timestamp() for it in events]
            if len(times) > 1:
                self.assertGreaterEqual(times[1] - ahead - times[0], 2 * NODE_TIMEOUT - 0.1,
                                        "it asked inside the voters' window")
            longest = 3 * NODE_TIMEOUT
            # The replica stands for election by itself, too, and may do so inside the window; then it waits for four
            # node timeouts, whoever asks it meanwhile.
            if denied := denials(cluster):
                self.tell(f"the replica's own election was denied {len(denied)} times")
                self.assertTrue(len(times) < 2 or max(denied) < times[1] - ahead, "what we asked for was denied")
                longest += 4 * NODE_TIMEOUT
            self.assertLess(writer.lanes[0].outage(accident.at), longest, "slower than the cluster alone")


def denials(cluster: Cluster) -> list[float]:
    """When voters refused to vote, by their logs."""
    lines = [line for it in cluster.servers for line in it.log.read_text().splitlines() if "Failover auth denied" in line]
    return [datetime.strptime(" ".join(line.split()[1:5]), "%d %b %Y %H:%M:%S.%f").timestamp() for line in lines]


if __name__ == "__main__":
    main()
