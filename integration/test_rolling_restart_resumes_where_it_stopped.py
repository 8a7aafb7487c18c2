#!/usr/bin/env python3
"""A rolling restart stops at the first server that does not come back, leaves the rest as it is, and once that is mended
`--resume` goes on with it and repeats nothing."""

from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.writer import Writer


class Resume(Scenario):
    def test_it_stops_and_goes_on(self) -> None:
        # As in the planned restart of every node: without full coverage nobody else refuses writes for a moment.
        cluster = self.world.cluster(
            persistence="none", repl_diskless_sync_delay="0", cluster_require_full_coverage="no")
        warden = self.kept(cluster)
        pids = {it.port: it.pid() for it in cluster.servers}

        def restarted() -> set[int]:
            return {it.port for it in cluster.servers if it.pid() != pids[it.port]}

        with Writer(cluster, patience=5) as writer:
            wait_recorded(warden, cluster)
            sick = cluster.shards[1].servers[1]
            sound = sick.config.read_text()
            sick.config.write_text(sound.replace(f"port {sick.port}", "port 1"))
            code, answer = warden.ctl("rolling-restart", "all")
            self.assertEqual(code, 4, answer)
            self.assertEqual(answer[-1]["port"], sick.port)
            self.assertEqual({it["port"] for it in answer}, restarted())
            self.assertLess(len(answer), 4, "it went on to the masters")
            told = warden.wait_event("rolling-stopped", sick)[-1]
            self.tell(f"stopped at {sick.port}: {told['detail']}")
            done = restarted() - {sick.port}

            sick.config.write_text(sound)
            code, answer = warden.ctl("start", sick.port)
            self.assertEqual(code, 0, answer)
            cluster.wait_whole()
            pids |= {it.port: it.pid() for it in cluster.servers}
            code, answer = warden.ctl("rolling-restart", "all", "--resume", timeout=200)
            self.assertEqual(code, 0, answer)
            self.assertEqual(restarted(), set(pids) - done)
            self.assertEqual({it["port"] for it in answer}, set(pids) - done)
            cluster.wait_whole()
            self.tell(f"went on with {len(answer)}, the {len(done)} done before were left alone")

            code, answer = warden.ctl("rolling-restart", "all", "--resume")
            self.assertEqual(code, 0, answer)
            self.assertEqual(restarted(), set(pids) - done)
            self.assertEqual(dict(writer.failed()), {})
        self.assertEqual(writer.lost(), 0)

    def test_what_the_event_says_can_be_typed(self) -> None:
        server = self.world.server(save='""')
        warden = self.warden([server]).start()
        warden.wait_running()
        server.config.write_text(server.config.read_text().replace(f"port {server.port}", "port 1"))
        self.assertEqual(warden.ctl("rolling-restart", "all")[0], 4)
        told = warden.wait_event("rolling-stopped", server)[-1]["detail"]
        server.write_config()
        command = told.rpartition("slotwardenctl ")[2].split()
        code, answer = warden.ctl(*command)
        self.assertEqual(code, 0, answer)
        server.wait_ready()


if __name__ == "__main__":
    main()
