#!/usr/bin/env python3
"""A save copies more than there is: first a cache is made smaller, then the save is ended before the kernel ends a
server. Writes go on, an operator is told, and the cache gets its memory back: also from a daemon that follows one that
was killed in the middle of it."""

from __future__ import annotations

import threading

from world.limits import MemoryLimit
from world.overwriter import VALUE, Overwriter, fill
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden

MEBIBYTE = 1 << 20
KEYS = 20_000  # about 205 MiB
SLOW = 2000  # microseconds for each key that is saved
RATE = 1500
ROOM = 90 * MEBIBYTE  # above what both hold
CACHE = 200 * MEBIBYTE
OWN = "3600 1 300 10000000"
LATE = "7200 1"

CACHING = '[save]\nyields_percent = 20\nlongest_interval = "1h"\nothers_longest = "1h"\n'
HOST = 'mode = "audit"\nsaves.at_once = 1\nsaves.pressure_percent = 100\n'


class ShortOfMemory(Scenario):
    def both(self) -> tuple[Server, Server, Warden, MemoryLimit]:
        """A server that must be saved and a full cache, in a group with little room."""
        common = {"save": OWN, "appendonly": "no", "cluster_enabled": "no"}
        victim = self.world.server(rdb_key_save_delay=str(SLOW), **common)
        cache = self.world.server(maxmemory=str(CACHE), maxmemory_policy="allkeys-lru", **common)
        warden = self.warden([victim], policies={"cache": CACHING, "host": HOST})
        warden.write_config(f'\n[[instance]]\nport = {cache.port}\nconfig = "{cache.config}"\n'
                            f'server = "{cache.binary}"\npolicy = "cache"\n')
        warden.start().wait_running()
        group = MemoryLimit(self.world.directory, 64 << 30)
        for server in (victim, cache):
            group.add(server.pid() or 0)
            fill(server, CACHE // VALUE if server is cache else KEYS)
        group.limit(group.used() + ROOM)
        warden.restart()  # it has not seen them being filled
        warden.wait_running()
        for server in (victim, cache):
            until(lambda: self.setting(server, "save") == LATE, 30, f"the save points of {server.port} are taken over")
        until(lambda: 0 < warden.ask("SAVES", victim.port)["saves"][0]["predicted_bytes"] < 20 * MEBIBYTE, 30,
              "it is known that nothing is written")
        self.tell(f"they hold {group.used() // MEBIBYTE} MiB and may take {ROOM // MEBIBYTE} MiB more")
        return victim, cache, warden, group

    def setting(self, server: Server, name: str) -> str:
        return str(server.call("CONFIG", "GET", name, timeout=10)[1])

    def saving(self, victim: Server, warden: Warden) -> Overwriter:
        """It is told to save while nothing is written, so that little is foretold; then writes begin."""
        threading.Thread(target=warden.ctl, args=("save", victim.port, "--now"), daemon=True).start()
        warden.wait_event("save-started", victim)
        writer = Overwriter(victim, KEYS, RATE)
        writer.start()
        self.addCleanup(writer.stop)
        return writer

    def test_the_cache_yields_then_the_save_is_ended_and_writes_go_on(self) -> None:
        victim, cache, warden, group = self.both()
        pids = victim.pid(), cache.pid()
        writer = self.saving(victim, warden)
        lent = warden.wait_event("memory-lent", cache)[-1]
        self.tell(f"{cache.port}: {lent['detail']}")
        aborted = warden.wait_event("save-aborted", victim, timeout=120)[-1]
        self.tell(f"{victim.port}: {aborted['rule']}: {aborted['detail']}")
        self.assertEqual(aborted["rule"], "out-of-memory")
        self.assertLess(lent["id"], aborted["id"])
        told = [it["rule"] for it in warden.events(name="memory-short")]
        self.assertEqual([it for it in told if it in ("make-room", "out-of-memory")], ["make-room", "out-of-memory"])
        written = writer.written
        until(lambda: writer.written > written + RATE, 30, "writes go on")
        writer.stop()
        self.assertEqual(writer.refused, [])
        self.assertEqual(victim.info("persistence")["rdb_last_bgsave_status"], "ok")
        self.assertEqual(list(victim.data.glob("temp-*.rdb")), [])
        warden.wait_event("memory-returned", cache)
        self.assertEqual(self.setting(cache, "maxmemory"), str(CACHE))
        self.assertEqual((victim.pid(), cache.pid()), pids)
        self.tell(f"nobody was killed; the most that was used: {group.peak() // MEBIBYTE} MiB")

    def test_a_daemon_killed_meanwhile_is_followed_by_one_that_puts_everything_right(self) -> None:
        victim, cache, warden, _ = self.both()
        pids = victim.pid(), cache.pid()
        writer = self.saving(victim, warden)
        until(lambda: self.setting(cache, "maxmemory") != str(CACHE), 60, "its memory is lent", pause=0.02)
        warden.kill9()
        writer.stop()
        self.assertEqual([self.setting(it, "save") for it in (victim, cache)], [LATE, LATE],
                         "they would save by themselves, later")
        (warden.directory / "policies" / "storage.toml").write_text("[save]\nschedule = false\n")
        warden.start()
        until(lambda: self.setting(cache, "maxmemory") == str(CACHE), 60, "the cache has its own limit again")
        until(lambda: self.setting(victim, "save") == OWN, 60, "the save points of the other are its own again")
        self.assertEqual(self.setting(cache, "save"), LATE)
        self.assertEqual((victim.pid(), cache.pid()), pids)


if __name__ == "__main__":
    main()
