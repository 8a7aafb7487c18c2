#!/usr/bin/env python3
"""Every node of a cluster under load is restarted as planned: clients see redirections, never a failed write."""

import signal
from concurrent.futures import ThreadPoolExecutor

from world import processes
from world.accident import wait_recorded
from world.cluster import Cluster
from world.scenario import Scenario, main
from world.warden import Warden
from world.writer import Writer


class PlannedRestart(Scenario):
    def under_load(self, rate: float = 300) -> tuple[Cluster, Warden, Writer]:
        # With full coverage required, a third master that hears of the old owner's demotion before it hears of the new
        # owner refuses its own writes too, for the milliseconds in between (docs/server-behaviour.md, hand-over).
        cluster = self.world.cluster(
            persistence="none", repl_diskless_sync_delay="0", cluster_require_full_coverage="no")
        warden = self.kept(cluster)
        writer = Writer(cluster, patience=5, rate=rate).start()
        self.addCleanup(writer.stop)
        wait_recorded(warden, cluster)
        return cluster, warden, writer

    def assert_undisturbed(self, writer: Writer) -> None:
        writer.stop()
        self.assertEqual(dict(writer.failed()), {}, "failed writes other than redirections")
        self.assertEqual(writer.lost(), 0)
        redirections = sum(it.redirections for it in writer.lanes.values())
        self.tell(f"{writer.acknowledged()} writes acknowledged, {redirections} redirections, none failed, none lost")

    def test_one_by_one(self) -> None:
        cluster, warden, writer = self.under_load()
        for server in cluster.servers:
            role, pid = server.info("replication")["role"], server.pid()
            code, answer = warden.ctl("restart", server.port)
            self.assertEqual(code, 0, answer)
            cluster.wait_whole()
            self.assertNotEqual(server.pid(), pid)
            self.assertEqual(server.info("replication")["role"], "slave", "it did not come back as a replica")
            self.tell(f"{server.port} restarted ({role})")
        self.assert_undisturbed(writer)

    def test_clients_that_write_now_and_then(self) -> None:
        """They send nothing while the slots change hands, and must find the old master there to redirect them."""
        cluster, warden, writer = self.under_load(rate=10)
        for shard in cluster.shards:
            code, answer = warden.ctl("restart", cluster.master(shard).port)
            self.assertEqual(code, 0, answer)
        self.assert_undisturbed(writer)

    def test_killed_before_it_was_stopped(self) -> None:
        """It ends by itself while its restart waits for something: nothing is left to stop, and it is started."""
        cluster, warden, _ = self.under_load()
        for seen, shard in enumerate(cluster.shards):
            server = cluster.master(shard)
            pid = server.pid()
            with ThreadPoolExecutor() as beside:
                restart = beside.submit(warden.ctl, "restart", server.port)
                if seen > 0:  # the first is killed before its slots change hands, or while they do
                    warden.wait_event("handover", server)
                processes.send(pid, signal.SIGKILL)
                code, answer = restart.result()
            self.assertTrue(warden.running(), "the daemon did not survive")
            if seen > 0:
                self.assertEqual(code, 0, answer)
            cluster.wait_whole()
            self.assertNotEqual(server.pid(), pid)

    def test_rolling_and_taking_back(self) -> None:
        cluster, warden, writer = self.under_load()
        pids = {it.port: it.pid() for it in cluster.servers}
        code, answer = warden.ctl("rolling-restart", "all", "--take-back", timeout=200)
        self.assertEqual(code, 0, answer)
        cluster.wait_whole()
        for server in cluster.servers:
            self.assertNotEqual(server.pid(), pids[server.port], f"{server.port} was not restarted")
        for shard in cluster.shards:
            self.assertIs(cluster.master(shard), shard.servers[0], "the role was not taken back")
        self.assert_undisturbed(writer)


if __name__ == "__main__":
    main()
