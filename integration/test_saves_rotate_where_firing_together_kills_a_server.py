#!/usr/bin/env python3
"""Six servers with writers in a control group that has room for one save, not for six: with save points that fire
together the kernel kills somebody; with slotwarden each is saved in time, and nobody is killed."""

from __future__ import annotations

import time

from world import processes
from world.limits import MemoryLimit
from world.overwriter import Overwriter, fill
from world.resp import ServerError
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden

MEBIBYTE = 1 << 20
SERVERS = 6
KEYS = 30_000  # about 310 MiB each
SLOW = 50  # microseconds for each key that is saved, as with a slow disk
RATE = 2000  # writes a second to each server
ROOM = 300 * MEBIBYTE  # above what they hold
LONGEST = 60

POLICY = f"""
[save]
shortest_interval = "2s"
longest_interval = "{LONGEST}s"
others_longest = "{LONGEST}s"
first_retry = "2s"
longest_retry = "10s"
"""
HOST = 'mode = "audit"\nsaves.at_once = 1\nsaves.pressure_percent = 100\nsaves.reserve_percent = 2\n'


class Rotation(Scenario):
    def servers(self, save: str) -> list[Server]:
        return [self.world.server(save=save, appendonly="no", cluster_enabled="no", rdb_key_save_delay=str(SLOW))
                for _ in range(SERVERS)]

    def limited(self, servers: list[Server]) -> MemoryLimit:
        """They are filled inside a group, which then may take little more."""
        group = MemoryLimit(self.world.directory, 64 << 30)
        for server in servers:
            group.add(server.pid() or 0)
            fill(server, KEYS)
        self.held = group.used()
        group.limit(self.held + ROOM)
        self.tell(f"{len(servers)} servers hold {self.held // MEBIBYTE} MiB and may take {ROOM // MEBIBYTE} MiB more")
        return group

    def above(self, group: MemoryLimit) -> str:
        return f"the peak was {(group.peak() - self.held) // MEBIBYTE} MiB above what they held"

    def writers(self, servers: list[Server]) -> list[Overwriter]:
        started = [Overwriter(it, KEYS, RATE) for it in servers]
        for it in started:
            it.start()
            self.addCleanup(it.stop)
        return started

    def test_canary_save_points_that_fire_together_kill_somebody(self) -> None:
        servers = self.servers('""')
        for it in servers:
            it.start()
        for it in servers:
            it.wait_ready()
        group = self.limited(servers)
        pids = {it.port: it.pid() or 0 for it in servers}
        self.writers(servers)
        for it in servers:
            it.call("CONFIG", "SET", "save", "1 1", timeout=10)

        def killed() -> str:
            servers_gone = [str(port) for port, pid in pids.items() if not processes.alive(pid)]
            saves_gone = [str(it.port) for it in servers if self.save_failed(it)]
            who = servers_gone or saves_gone
            return f"the kernel killed {'' if servers_gone else 'the save of '}{', '.join(who)}" if who else ""

        self.tell(until(killed, 120, "the kernel kills somebody", pause=0.1) + f"; {self.above(group)}")

    def save_failed(self, server: Server) -> bool:
        try:
            return server.info("persistence")["rdb_last_bgsave_status"] == "err"
        except (OSError, ServerError):
            return False

    def test_one_at_a_time_saves_every_server_and_kills_none(self) -> None:
        servers = self.servers("1 1")
        warden = self.warden(servers, policies={"storage": POLICY, "host": HOST}).start()
        warden.wait_running()
        until(lambda: all(it.call("CONFIG", "GET", "save")[1] == f"{2 * LONGEST} 1" for it in servers), 30,
              "their save points are taken over")
        group = self.limited(servers)
        warden.restart()  # it has not seen them being filled
        warden.wait_running()
        pids = {it.port: it.pid() for it in servers}
        writers = self.writers(servers)
        began = time.monotonic()
        before = {it.port: self.last_save(it) for it in servers}
        took, most = self.watch_until_saved(warden, servers, before)
        for it in writers:
            it.stop()
        self.tell(f"every server saved within {took - began:.0f} s, nobody killed; {self.above(group)}; "
                  f"{sum(it.written for it in writers)} writes meanwhile")
        self.assertEqual({it.port: it.pid() for it in servers}, pids)
        self.assertEqual([it.refused for it in writers if it.refused], [])
        self.assertEqual([it["detail"] for name in ("save-failed", "save-aborted") for it in warden.events(name=name)], [])
        self.assertEqual(most, 1)
        self.assertLess(group.peak() - self.held, ROOM)

    def last_save(self, server: Server) -> int:
        return int(server.info("persistence")["rdb_last_save_time"])

    def watch_until_saved(self, warden: Warden, servers: list[Server], before: dict[int, int]) -> tuple[float, int]:
        """When the last one was saved, and the most that forked at the same time."""
        most = 0

        def saved() -> bool:
            nonlocal most
            most = max(most, processes.children_at_once(it.pid() for it in servers))
            return all(self.last_save(it) > before[it.port] for it in servers)

        until(saved, 2 * LONGEST, "every server has been saved", pause=0.1)
        return time.monotonic(), most


if __name__ == "__main__":
    main()
