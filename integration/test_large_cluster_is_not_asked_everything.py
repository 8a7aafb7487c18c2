#!/usr/bin/env python3
"""On a cluster of more nodes than need asking, a majority's view settles a succession; the others only say they live."""

from world.accident import survive, wait_recorded
from world.scenario import Scenario, main
from world.writer import Writer


class LargeCluster(Scenario):
    def test_a_majority_with_two_to_spare_is_enough(self) -> None:
        cluster = self.world.cluster(masters=13)
        warden = self.kept(cluster)
        with Writer(cluster, rate=300) as writer:
            wait_recorded(warden, cluster)
            survive(self, cluster, writer, cluster.shards[4])
            settled = warden.wait_event("succeeded")[-1]
            self.tell(settled["detail"])
            # A majority of thirteen is seven, two are to spare, and the successor itself has a voice by now.
            self.assertRegex(settled["detail"], r"agreed by (7|8|9|10) of 13 masters")
            # The promoted replica has no replica but the old master, which just came back: the same shard once more.
            survive(self, cluster, writer, cluster.shards[4])
            survive(self, cluster, writer, cluster.shards[11])
        self.assertEqual(writer.lost(), sum(len(it.known_lost) for it in writer.lanes.values()))


if __name__ == "__main__":
    main()
