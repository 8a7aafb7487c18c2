#!/usr/bin/env python3
"""kill -9 of slotwardend under load, again and again: no server notices, every one is taken back."""

from world.accident import wait_recorded
from world.resp import Client
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer


class DaemonKilledWhileServersAreBusy(Scenario):
    def test_no_server_is_restarted_and_no_connection_breaks(self) -> None:
        cluster = self.world.cluster(persistence="none")
        warden = self.kept(cluster)
        pids = {it.port: it.pid() for it in cluster.servers}
        idle = [it.client(timeout=10) for it in cluster.servers]
        with Writer(cluster, rate=1000) as writer:
            wait_recorded(warden, cluster)
            for n in range(5):
                warden.kill9()
                warden.start()
                warden.wait_running()
                until(lambda: len(warden.events(name="adopted")) >= 6 * (n + 1), 30, "all six are taken back")
            self.assertEqual({it.port: it.pid() for it in cluster.servers}, pids)
            self.assertEqual(dict(writer.failed()), {})
            for client in idle:
                self.still_connected(client)
        self.assertEqual(writer.lost(), 0)
        self.assertEqual(len(warden.events(name="started")), 6)
        self.tell(f"killed five times while {writer.acknowledged()} writes were acknowledged")
        self.assertEqual({it["port"]: it["pid"] for it in warden.ask("STATUS")}, pids)

    def still_connected(self, client: Client) -> None:
        self.assertEqual(client.call("PING"), "PONG")

    def test_the_exit_of_a_server_taken_back_is_noticed_and_called_unknown(self) -> None:
        cluster = self.world.cluster(persistence="none")
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            warden.kill9()
            warden.start()
            warden.wait_running()
            replica = cluster.shards[0].servers[1]
            replica.kill()
            exited = warden.wait_event("exited", replica)[-1]
            self.assertIn("unknown", exited["detail"])
            cluster.wait_whole()
            self.assertEqual(dict(writer.failed()), {})

    def test_shutdown_leaves_servers_and_stop_all_stops_them(self) -> None:
        servers = [self.world.server() for _ in range(3)]
        warden = self.warden(servers).start()
        warden.wait_running()
        pids = [it.pid() for it in servers]
        code, answer = warden.ctl("shutdown")
        self.assertEqual(code, 0, answer)
        until(lambda: not warden.running(), 20, "the daemon ends")
        self.assertEqual([it.pid() for it in servers], pids)
        code, _ = warden.ctl("version")
        self.assertEqual(code, 5, "exit code for no answer from the daemon")
        warden.start()
        warden.wait_running()
        self.assertEqual([it.pid() for it in servers], pids)
        code, answer = warden.ctl("stop", "all")
        self.assertEqual(code, 0, answer)
        self.assertEqual([it.pid() for it in servers], [None] * 3)


if __name__ == "__main__":
    main()
