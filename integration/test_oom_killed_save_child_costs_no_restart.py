#!/usr/bin/env python3
"""The kernel ends a BGSAVE child because there is no memory: the server is left alone. A master may refuse writes, as
servers do after a failed save, until a save succeeds; that is no reason to stop or restart it."""

from world import processes
from world.accident import wait_recorded
from world.limits import MemoryLimit
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.writer import Writer

SAVING = ("save-started", "save-failed", "saved")


class SaveChildKilled(Scenario):
    def kill_child_of_a_save(self, server: Server) -> None:
        server.call("CONFIG", "SET", "rdb-key-save-delay", "1000")
        server.call("BGSAVE")
        child = until(lambda: [it for it in processes.inside(server.data) if it.parent == server.pid()], 10,
                      "the child saves")[0]
        MemoryLimit(self.world.directory, 4096).add(child.pid)
        until(lambda: not processes.alive(child.pid), 60, "the kernel ends the child")

    def failed(self, server: Server) -> bool:
        return server.info("persistence")["rdb_last_bgsave_status"] == "err"

    def test_the_server_is_left_alone(self) -> None:
        cluster = self.world.cluster(persistence="rdb", replica_ignore_disk_write_errors="yes",
                                     crash_memcheck_enabled="no")
        warden = self.kept(cluster)
        master, replica = cluster.shards[0].servers
        pids = {it.port: it.pid() for it in cluster.servers}
        last = warden.events()[-1]["id"]

        def left_alone(server: Server) -> None:
            probes = server.probes()
            until(lambda: server.probes() > probes, 30, "the daemon has looked at it a few times more")
            self.assertEqual([it for it in warden.events() if it["id"] > last and it["event"] not in SAVING], [])
            self.assertEqual(warden.status(server)["state"], "RUNNING")
            self.assertEqual({it.port: it.pid() for it in cluster.servers}, pids)

        with Writer(cluster) as writer:
            lane = writer.lanes[0]
            wait_recorded(warden, cluster)
            until(lambda: len(lane.acknowledged) > 1000, 60, "there is something to save")
            self.kill_child_of_a_save(replica)
            until(lambda: self.failed(replica), 10, "the save has failed")
            left_alone(replica)
            self.assertEqual(dict(writer.failed()), {})

            self.kill_child_of_a_save(master)
            until(lambda: lane.failed()["MISCONF"], 30, "the master refuses writes after the failed save")
            left_alone(master)
            self.tell("the master refuses writes and is left alone")
            master.call("CONFIG", "SET", "rdb-key-save-delay", "0")
            master.call("BGSAVE")
            written = len(lane.acknowledged)
            until(lambda: len(lane.acknowledged) > written + 100, 30, "it takes writes again after a save")
            left_alone(master)

            # By default a replica aborts at the first write that it can neither refuse nor save.
            replica.call("CONFIG", "SET", "replica-ignore-disk-write-errors", "no")
            told = warden.wait_event("exited", replica)[-1]["detail"]
            self.tell(f"the replica: {told}")
            self.assertIn("SIGABRT", told)
            self.assertNotIn("OOM", told)
            cluster.wait_whole()
            self.assertEqual([it["port"] for it in warden.events(name="exited")], [replica.port])
        self.assertEqual(writer.lost(), 0)


if __name__ == "__main__":
    main()
