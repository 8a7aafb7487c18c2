#!/usr/bin/env python3
"""Masters save dump.rdb now and then: the dump on the dead master's disk is old, its replica is not."""

from world.accident import survive, wait_recorded
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer


class MasterKilledWithRdb(Scenario):
    def test_the_replica_succeeds_and_the_old_master_follows_it(self) -> None:
        cluster = self.world.cluster(persistence="rdb")
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            cluster.servers[1].save()
            began = len(writer.lanes[1].acknowledged)
            until(lambda: len(writer.lanes[1].acknowledged) > began + 500, 30, "500 keys are newer than the dump")
            survive(self, cluster, writer, cluster.shards[1])
        self.assertEqual(writer.lost(), len(writer.lanes[1].known_lost))


if __name__ == "__main__":
    main()
