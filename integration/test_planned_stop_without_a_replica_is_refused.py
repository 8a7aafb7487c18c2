#!/usr/bin/env python3
"""A master whose replicas are gone or behind is not stopped as planned, unless the operator says so, with a reason."""

from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer


class PlannedStopRefused(Scenario):
    def test_refusals_and_intents(self) -> None:
        cluster = self.world.cluster(persistence="rdb")
        warden = self.kept(cluster)
        master, replica = cluster.shards[0].servers
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)

            code, answer = warden.ctl("stop", replica.port)
            self.assertEqual(code, 0, answer)
            self.assertEqual((warden.state_of(replica), replica.pid()), ("STOPPED", None))
            code, answer = warden.ctl("restart", master.port)
            self.assertEqual(code, 4, answer)
            self.assertIn(answer[0]["rule"], ("stop-no-replica", "stop-member-down"))
            self.tell(f"restart of {master.port} refused: {answer[0]['text']}")
            code, answer = warden.ctl("stop", master.port, "--in-place")
            self.assertEqual(code, 2, "--in-place without --reason")

            self.tell("the intent survives the daemon")
            warden.restart()
            warden.wait_state(replica, "STOPPED")
            code, _ = warden.ctl("status", replica.port)
            self.assertEqual(code, 3)

            code, answer = warden.ctl("restart", master.port, "--in-place", "--reason", "new binary", timeout=60)
            self.assertEqual(code, 0, answer)
            until(master.ready, 30, "the master is back in its place")
            self.assertIs(cluster.master(cluster.shards[0]), master)
            code, answer = warden.ctl("start", replica.port)
            self.assertEqual(code, 0, answer)
            cluster.wait_whole()

            self.tell("a held instance stays down until it is released")
            self.assertEqual(warden.ctl("hold", replica.port, "--reason", "disk swap")[0], 0)
            replica.kill()
            held = warden.wait_held(replica, "operator-hold")
            self.assertIn("HELD", held["state"])
            self.assertEqual(warden.ctl("release", replica.port)[0], 0)
            cluster.wait_whole()
        self.assertEqual(writer.lost(), 0, "a clean stop in place lost acknowledged writes")


if __name__ == "__main__":
    main()
