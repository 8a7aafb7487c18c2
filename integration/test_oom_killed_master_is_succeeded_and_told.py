#!/usr/bin/env python3
"""The kernel ends a server, or the daemon, because its control group is out of memory: the event says who did it, the
slots go to the replica, nothing that the replica had is lost; and who was not killed does not notice."""

import subprocess
import sys
import time
from pathlib import Path

from world import processes
from world.accident import Accident, judge, wait_recorded, wait_writes
from world.limits import MemoryLimit
from world.resp import Disconnected, ServerError
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.writer import Writer, not_received

MEBIBYTE = 1 << 20
EATER = f"room = []\nwhile True: room.append(bytearray({MEBIBYTE}))"


class OutOfMemory(Scenario):
    def fill_until_dead(self, server: Server, tag: str) -> None:
        pid = server.pid()
        assert pid
        with server.client(timeout=30) as client:
            for n in range(4096):
                try:
                    client.call("SET", f"{{{tag}}}:{n % 512}", "x" * 65536 * (1 + n // 512))
                except (OSError, Disconnected):
                    until(lambda: not processes.alive(pid), 10, f"{server.port} is dead")
                    return
                except ServerError as refused:
                    self.fail(f"{server.port} refuses: {refused}")
        self.fail(f"{server.port} took everything and lives")

    def test_a_master(self) -> None:
        cluster = self.world.cluster(persistence="none", repl_diskless_sync_delay="0")
        warden = self.kept(cluster)
        shard = cluster.shards[0]
        victim, replica = cluster.master(shard), cluster.replicas(shard)[0]
        group = MemoryLimit(self.world.directory, 48 * MEBIBYTE)
        with Writer(cluster, rate=200) as writer:
            wait_recorded(warden, cluster)
            group.add(victim.pid() or 0)
            self.fill_until_dead(victim, shard.tags(1)[0])
            accident = Accident(shard, victim, time.monotonic())
            accident.not_received = not_received(replica, writer.lanes[0])
            told = warden.wait_event("exited", victim)[-1]["detail"]
            self.tell(f"{victim.port}: {told}")
            self.assertIn("SIGKILL", told)
            self.assertIn("OOM killer", told)
            warden.wait_event("succeeded", victim)
            wait_writes(accident, writer)
            cluster.wait_whole(120)
            judge(accident, writer)
        self.tell(f"no write for {accident.outage * 1000:.0f} ms, {len(accident.lost)} lost")
        self.assertEqual(accident.undeserved, set(), "keys lost that the replica had")
        self.assertEqual(victim.info("replication")["role"], "slave")
        self.assertEqual([it["port"] for it in warden.events(name="exited")], [victim.port])

        self.tell("now one that dies of something else")
        bystander = cluster.shards[1].servers[1]
        bystander.kill()
        told = warden.wait_event("exited", bystander)[-1]["detail"]
        self.assertIn("SIGKILL", told)
        self.assertNotIn("OOM", told)
        cluster.wait_whole()

    def test_a_server_that_was_taken_back(self) -> None:
        server = self.world.server(save='""')
        warden = self.warden([server]).start()
        warden.wait_running()
        warden.kill9()
        warden.start()
        warden.wait_event("adopted", server)
        MemoryLimit(self.world.directory, 32 * MEBIBYTE).add(server.pid() or 0)
        server.call("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        until(lambda: "cluster_state:ok" in str(server.call("CLUSTER", "INFO")), 30, "it serves")
        self.fill_until_dead(server, "t")
        told = warden.wait_event("exited", server)[-1]["detail"]
        self.tell(told)
        self.assertIn("OOM killer", told)

    def test_the_daemon(self) -> None:
        cluster = self.world.cluster(persistence="none", repl_diskless_sync_delay="0")
        warden = self.kept(cluster)
        pids = {it.port: it.pid() for it in cluster.servers}
        group = MemoryLimit(self.world.directory, 32 * MEBIBYTE)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            group.add(warden.pid)
            Path(f"/proc/{warden.pid}/oom_score_adj").write_text("1000")  # it, and not the eater
            eater = subprocess.Popen(["sh", "-c", 'read go; exec "$@"', "eater", sys.executable, "-c", EATER],
                                     stdin=subprocess.PIPE, cwd=self.world.directory)
            self.addCleanup(eater.wait)
            self.addCleanup(eater.kill)
            assert eater.stdin
            group.add(eater.pid)
            eater.stdin.write(b"go\n")
            eater.stdin.close()
            until(lambda: not warden.running(), 30, "the daemon is killed")
            self.tell("the kernel killed the daemon")
            warden.start()
            until(lambda: len(warden.events(name="adopted")) == 6, 30, "all six are taken back")
            warden.wait_running()
            self.assertEqual({it.port: it.pid() for it in cluster.servers}, pids)
            self.assertEqual(dict(writer.failed()), {})
        self.assertEqual(writer.lost(), 0)


if __name__ == "__main__":
    main()
