#!/usr/bin/env python3
"""Masters keep an append-only file: it must not bring the dead master back as a master either."""

from world.accident import survive, wait_recorded
from world.scenario import Scenario, main
from world.writer import Writer


class MasterKilledWithAof(Scenario):
    def test_the_replica_succeeds_and_the_old_master_follows_it(self) -> None:
        cluster = self.world.cluster(persistence="aof")
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            survive(self, cluster, writer, cluster.shards[1])
        self.assertEqual(writer.lost(), len(writer.lanes[1].known_lost))


if __name__ == "__main__":
    main()
