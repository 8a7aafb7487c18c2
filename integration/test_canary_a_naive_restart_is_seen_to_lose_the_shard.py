#!/usr/bin/env python3
"""The proof that these scenarios can fail: under a naive restarter the same accident loses the whole shard, and
shows."""

from world.accident import survive
from world.naive import NaiveRestarter
from world.scenario import Scenario, main
from world.waiting import until
from world.world import start_directly
from world.writer import Writer


class Canary(Scenario):
    needs_slotwarden = False

    def test_the_accident_is_real_and_the_writer_notices(self) -> None:
        cluster = self.world.cluster(persistence="none")
        start_directly(cluster)
        cluster.form()
        restarter = NaiveRestarter(cluster.servers)
        self.addCleanup(restarter.stop)
        with Writer(cluster) as writer:
            lane = writer.lanes[0]
            until(lambda: len(lane.acknowledged) > 500, 30, "500 keys are acknowledged")
            with self.assertRaisesRegex(AssertionError, "lost that a replica had"):
                survive(self, cluster, writer, cluster.shards[0])
            self.assertGreater(len(lane.known_lost), 500)


if __name__ == "__main__":
    main()
