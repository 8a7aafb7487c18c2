#!/usr/bin/env python3
"""Two of five masters die in the same moment: elections of the same epoch would split the votes, so one goes after the
other, and both are done at once."""

from world.accident import judge, kill_master, wait_recorded, wait_writes
from world.scenario import Scenario, main
from world.writer import Writer


class TwoMastersAtOnce(Scenario):
    def test_both_are_succeeded_without_waiting_for_the_cluster(self) -> None:
        cluster = self.world.cluster(masters=5, persistence="none")
        warden = self.kept(cluster)
        with Writer(cluster, rate=100) as writer:
            wait_recorded(warden, cluster)
            accidents = [kill_master(cluster, it) for it in cluster.shards[:2]]
            for accident in accidents:
                wait_writes(accident, writer)
            cluster.wait_whole()
            for accident in accidents:
                judge(accident, writer)
                self.tell(f"{accident.victim.port}: no write for {accident.outage * 1000:.0f} ms, "
                          f"{len(accident.lost)} lost")
                self.assertLess(accident.outage, 5.0)
                self.assertLessEqual(len(accident.lost), 1)


if __name__ == "__main__":
    main()
