#!/usr/bin/env python3
"""Masters of one host send all their data to replicas in turn: the others' replicas wait, by way of a longer
repl-diskless-sync-delay that is put back when it is their turn, or by the next daemon. A child that writes a file for
replicas which have gone is ended."""

from __future__ import annotations

from world import processes
from world.overwriter import fill
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden

DELAY = "repl-diskless-sync-delay"
OWN = "5"  # seconds, in which the daemon must have looked once
KEYS = 2_000  # of 8 KiB
SLOWLY = {"rdb_key_save_delay": "2000"}  # microseconds for each key: four seconds in all
IN_TURN = 'mode = "audit"\nsaves.full_syncs_at_once = {}\n'


def delay(server: Server) -> int:
    return int(server.call("CONFIG", "GET", DELAY)[1])


def linked(replica: Server) -> bool:
    return replica.info("replication")["master_link_status"] == "up"


class FullSyncs(Scenario):
    def masters(self, at_once: int, count: int = 3, **options: str) -> tuple[list[Server], Warden]:
        given = {"cluster_enabled": "no", "save": "3600 1", "appendonly": "no", "repl_diskless_sync": "yes",
                 "repl_diskless_sync_delay": OWN} | SLOWLY | options
        masters = [self.world.server(**given) for _ in range(count)]
        warden = self.warden(masters, policies={"host": IN_TURN.format(at_once)}).start()
        warden.wait_running()
        for master in masters:
            fill(master, KEYS)
        return masters, warden

    def replicas_of(self, masters: list[Server]) -> list[Server]:
        """Which ask for all the data at once."""
        replicas = [self.world.server(cluster_enabled="no", save='""') for _ in masters]
        for replica in replicas:
            replica.start()
        for replica in replicas:
            until(replica.ready, 30, f"{replica.port} answers")
        for replica, master in zip(replicas, masters):
            replica.call("REPLICAOF", "127.0.0.1", master.port)
        return replicas

    def most_at_once(self, masters: list[Server], replicas: list[Server]) -> int:
        most = 0

        def done() -> bool:
            nonlocal most
            most = max(most, processes.children_at_once(it.pid() for it in masters))
            return all(linked(it) for it in replicas)

        until(done, 120, "every replica is in sync")
        return most

    def test_without_a_limit_they_come_all_at_once(self) -> None:
        masters, _ = self.masters(0)
        self.assertEqual(self.most_at_once(masters, self.replicas_of(masters)), 3)

    def test_one_after_another(self) -> None:
        masters, warden = self.masters(1)
        replicas = self.replicas_of(masters)
        told = until(lambda: [it for it in warden.ask("SAVES")["syncs"] if it["rule"] == "sync-turn"], 30, "one waits")
        self.assertEqual(told[0]["replicas"], 1)
        seen = warden.human("saves")
        self.assertRegex(seen, r"\d+: 1 replica asks for all its data, since .*sync-turn: ")
        self.assertIn("sync-turn", str(warden.explain(told[0]["port"])["evidence"]))
        self.assertEqual(self.most_at_once(masters, replicas), 1)
        until(lambda: all(delay(it) == int(OWN) for it in masters), 30, "every delay is what it was")
        waited = {it["port"] for it in warden.events(name="sync-waits")}
        self.assertEqual(len(waited), 2)
        self.assertEqual({it["port"] for it in warden.events(name="sync-begins")}, waited)
        for replica in replicas:
            self.assertEqual(replica.keys(), KEYS)
        self.assertNotIn("own " + DELAY, str(warden.explain(masters[0])["evidence"]))

    def test_those_who_wait_are_let_go_by_the_next_daemon(self) -> None:
        masters, warden = self.masters(1, 2)
        replicas = self.replicas_of(masters)
        until(lambda: [it for it in masters if delay(it) > 60], 30, "one waits")
        warden.kill9()
        self.assertLessEqual(max(delay(it) for it in masters), 180, "and would begin by itself")
        (warden.directory / "policies" / "host.toml").write_text(IN_TURN.format(0))
        warden.start()
        until(lambda: all(delay(it) == int(OWN) for it in masters), 30, "every delay is what it was")
        until(lambda: all(linked(it) for it in replicas), 60, "every replica is in sync")

    def test_a_child_whose_replica_has_gone_is_ended(self) -> None:
        (master,), warden = self.masters(1, 1, repl_diskless_sync="no")
        self.assertEqual(warden.ctl("save", master.port)[0], 0)
        saved = master.info("persistence")["rdb_last_save_time"]
        (replica,) = self.replicas_of([master])
        until(lambda: (warden.ask("SAVES")["saves"][0]["running"] or {}).get("for_replicas"), 30, "its child is known")
        replica.kill()
        ended = warden.wait_event("save-aborted", master)[0]
        self.assertEqual(ended["rule"], "for-nobody")
        info = master.info("persistence")
        self.assertEqual((info["rdb_last_bgsave_status"], info["rdb_last_save_time"]), ("ok", saved))
        self.assertEqual(master.call("SET", "after", "1"), "OK")


if __name__ == "__main__":
    main()
