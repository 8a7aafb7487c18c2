#!/usr/bin/env python3
"""A master stopped by SIGSTOP, or busy with a long command, is left alone as long as the cluster leaves it alone."""

import threading

from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.warden import freeze, thaw
from world.writer import Writer


class StoppedMaster(Scenario):
    def test_it_is_reported_and_left_alone(self) -> None:
        cluster = self.world.cluster(persistence="none", node_timeout_ms=15000)
        warden = self.kept(cluster)
        master = cluster.servers[0]
        pid = master.pid()
        assert pid
        with Writer(cluster, patience=20) as writer:
            wait_recorded(warden, cluster)
            freeze(pid)
            self.addCleanup(thaw, pid)
            warden.wait_event("slow", master)
            self.tell(f"{master.port} is stopped and called slow: {warden.status(master).get('note')}")
            stays(lambda: master.pid() == pid and not warden.events(master, "asked"), 5, "nobody takes its place", 0.2)
            self.assertEqual(warden.status(master)["pid"], pid)
            thaw(pid)
            until(master.ready, 30, "it answers again")
            long_command = threading.Thread(target=lambda: master.call("DEBUG", "SLEEP", "5", timeout=30))
            long_command.start()
            long_command.join()
            until(master.ready, 30, "it answers after a long command")
            cluster.wait_whole()
        self.assertEqual(master.pid(), pid, "it was restarted")
        self.assertEqual(warden.events(master, "asked") + warden.events(master, "exited"), [])
        self.assertEqual(writer.lost(), 0)


if __name__ == "__main__":
    main()
