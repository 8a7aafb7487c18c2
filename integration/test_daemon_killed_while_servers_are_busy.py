#!/usr/bin/env python3
"""kill -9 of slotwardend under load, again and again: no server notices, every one is taken back, and quickly.

SLOTWARDEN_CYCLES: how often with twenty servers (20)."""

import os
import random
import threading
import time
from datetime import datetime

from world.accident import wait_recorded
from world.resp import Client
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden
from world.writer import Writer


class BusyClient:
    """One connection that is never idle for long and never opened again."""

    def __init__(self, server: Server):
        self.trouble = ""
        self.answers = 0
        self._client = server.client(timeout=20)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self.trouble and not self._ending.wait(0.01):
            try:
                self._client.pipeline([("INCR", "n")] * 20)
                self.answers += 20
            except OSError as error:
                self.trouble = repr(error)

    def close(self) -> None:
        self._ending.set()
        self._thread.join()
        self._client.close()


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

    def test_twenty_busy_servers_again_and_again(self) -> None:
        servers = [self.world.server(cluster_enabled="no", save='""') for _ in range(20)]
        warden = self.warden(servers).start()
        warden.wait_running()
        pids = {it.port: it.pid() for it in servers}
        clients = [BusyClient(it) for it in servers]
        for client in clients:
            self.addCleanup(client.close)
        cycles = int(os.environ.get("SLOTWARDEN_CYCLES") or 20)
        took: list[float] = []
        for n in range(cycles):
            if n % 4 == 3:
                self.die_early(warden)
            took += self.taken_back(warden, pids)
            self.assertEqual([it.trouble for it in clients if it.trouble], [])
        took.sort()
        self.tell(f"{cycles} times 20 servers taken back after {1000 * took[len(took) // 2]:.0f} ms at the median, "
                  f"{1000 * took[len(took) * 99 // 100]:.0f} ms at the 99th percentile, {1000 * took[-1]:.0f} ms at most; "
                  f"{sum(it.answers for it in clients)} answers to clients meanwhile, no connection lost")
        self.assertEqual({it.port: it.pid() for it in servers}, pids)
        self.assertLess(took[-1], 10)

    def die_early(self, warden: Warden) -> None:
        """A daemon that is killed again in the middle of taking them back."""
        warden.kill9()
        warden.start()
        time.sleep(random.uniform(0, 0.1))  # which moment, is the question

    def taken_back(self, warden: Warden, pids: dict[int, int | None]) -> list[float]:
        """Kills the daemon, starts it, and returns how long after its start each server was taken back."""
        warden.kill9()
        began = time.time()
        warden.start()
        until(lambda: {it["port"]: it["pid"] for it in warden.ask("STATUS")} == pids, 60, "all twenty are taken back")
        newest = warden.events(limit=200)
        newest = newest[max(n for n, it in enumerate(newest) if it["event"] == "daemon-started"):]
        self.assertEqual({it["port"] for it in newest if it["event"] == "adopted"}, set(pids))
        self.assertEqual([it for it in newest if it["event"] in ("started", "stranger", "held", "exited")], [])
        return [datetime.fromisoformat(it["at"]).timestamp() - began for it in newest if it["event"] == "adopted"]

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
