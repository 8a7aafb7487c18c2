#!/usr/bin/env python3
"""Somebody sets the clock an hour forward or back. Nothing happens by itself, and every death is answered as ever."""

import time
from datetime import datetime

from world.accident import survive, wait_recorded
from world.clock import Clock
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.writer import Writer

HOUR = 3600


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


if __name__ == "__main__":
    main()
