#!/usr/bin/env python3
"""The accident on Valkey, with and without a planned restart in between."""

from world.accident import survive, wait_recorded
from world.scenario import Scenario, main
from world.servers import valkey_binary
from world.writer import Writer


class ValkeyCluster(Scenario):
    def setUp(self) -> None:
        if not valkey_binary():
            self.skipTest("no valkey-server; set SLOTWARDEN_VALKEY")
        super().setUp()

    def test_killed_masters_are_succeeded_and_planned_restarts_hand_over(self) -> None:
        cluster = self.world.cluster(persistence="none", binary=valkey_binary())
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            survive(self, cluster, writer, cluster.shards[0])
            survive(self, cluster, writer, cluster.shards[1])
            failures = dict(writer.failed())
            code, answer = warden.ctl("restart", cluster.master(cluster.shards[2]).port)
            self.assertEqual(code, 0, answer)
            cluster.wait_whole()
            self.assertEqual(dict(writer.failed()), failures, "a planned restart failed a write")
        self.assertEqual(writer.lost(), sum(len(it.known_lost) for it in writer.lanes.values()))


if __name__ == "__main__":
    main()
