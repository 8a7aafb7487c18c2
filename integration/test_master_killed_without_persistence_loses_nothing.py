#!/usr/bin/env python3
"""No server ever writes its data to disk, and the master of every shard is killed with kill -9, one after another."""

from world.accident import survive, wait_recorded
from world.scenario import Scenario, main
from world.writer import Writer


class MasterKilledWithoutPersistence(Scenario):
    def test_each_shard_loses_its_master_and_no_key(self) -> None:
        cluster = self.world.cluster(persistence="none")
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            for shard in cluster.shards:
                accident = survive(self, cluster, writer, shard)
                succeeded = warden.wait_event("succeeded", accident.victim)[-1]
                self.tell(f"event succeeded: {succeeded['detail']}")
        self.assertEqual(writer.lost(), sum(len(lane.known_lost) for lane in writer.lanes.values()))
        names = [it["event"] for it in warden.events(cluster.servers[0])]
        for name in ("exited", "asked", "succeeded", "started", "running"):
            self.assertIn(name, names)
        self.assertLess(names.index("asked"), names.index("succeeded"))


if __name__ == "__main__":
    main()
