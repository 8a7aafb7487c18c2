#!/usr/bin/env python3
"""The whole cluster is stopped by one command and started by another, with persistence off: nobody could take over, so
the masters save as they stop, and each comes back with its data."""

from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.writer import Writer


class StopAllAndStartAll(Scenario):
    def test_every_key_is_back(self) -> None:
        cluster = self.world.cluster(persistence="none")
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
        code, answer = warden.ctl("stop", "all")
        self.assertEqual(code, 0, answer)
        self.assertEqual({it["state"] for it in warden.ask("STATUS")}, {"STOPPED"})
        code, answer = warden.ctl("start", "all")
        self.assertEqual(code, 0, answer)
        cluster.wait_whole()
        self.assertEqual(writer.lost(), 0)


if __name__ == "__main__":
    main()
