#!/usr/bin/env python3
"""accept-data: a dump that an operator names is verified and put in place of a dataset that holds a start; nothing else
is, and nothing is lost on the way."""

from __future__ import annotations

import time
from pathlib import Path

from world import faults
from world.accident import masters_alone, wait_recorded
from world.keys import fill, filled
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import stays, until
from world.warden import Warden

KEYS = 1000


class NamedDump(Scenario):
    def accept(self, warden: Warden, server: Server, source: object, code: int, rule: str | None = None) -> str:
        got, answer = warden.ctl("accept-data", server.port, "--from", source, "--reason", "a scenario")
        self.assertEqual(got, code, answer)
        self.assertEqual(answer[0]["rule"], rule, answer)
        self.tell(f"accept-data --from {Path(str(source)).name}: {code} {rule or ''} {answer[0]['text'][:110]}")
        return str(answer[0]["text"])

    def kept_files(self, server: Server) -> list[Path]:
        return [it for it in (server.data / "slotwarden-kept").glob("*") if not it.name.endswith(".json")]

    def test_of_an_rdb_instance(self) -> None:
        cluster, warden = masters_alone(self, KEYS, "rdb")
        shard, other_shard, _ = cluster.shards
        server, other = cluster.master(shard), cluster.master(other_shard)
        server.save()
        other.save()
        good, others = server.home / "good.rdb", server.home / "others.rdb"
        good.write_bytes(server.dump.read_bytes())
        others.write_bytes(other.dump.read_bytes())
        torn, text = server.home / "torn.rdb", server.home / "notes.txt"
        torn.write_bytes(good.read_bytes()[:-100])
        text.write_text("not a dump at all\n" * 10)

        self.accept(warden, server, good, 4, "named-running")
        faults.flip_one_bit(server.dump)
        bad = server.dump.read_bytes()
        dead = server.pid()
        (server.data / f"temp-{dead}.rdb").write_bytes(good.read_bytes()[:500])
        server.kill()
        warden.wait_held(server, "bad-dataset")
        left = [it["value"] for it in warden.explain(server)["evidence"] if it["name"] == "left by a dead writer"]
        self.assertTrue(left and f"temp-{dead}.rdb, 500 bytes" in left[0], left)
        self.assertEqual(warden.ctl("accept-data", server.port, "--from", good)[0], 2, "without a reason")
        self.accept(warden, server, server.home / "nothing.rdb", 1)
        self.accept(warden, server, "20200101T000000Z.rdb", 1)
        self.accept(warden, server, torn, 4, "named-damaged")
        self.accept(warden, server, text, 4, "named-damaged")
        self.accept(warden, server, others, 4, "named-other-shard")
        self.assertEqual(server.dump.read_bytes(), bad, "the file in place was touched")
        self.assertEqual(self.kept_files(server), [], "what was refused is kept")
        self.assertEqual(warden.held_by(server), "bad-dataset")

        said = self.accept(warden, server, good, 0)
        self.assertIn(f"{KEYS} keys", said)
        until(lambda: server.ready() and filled(server, shard, KEYS) == KEYS, 30, "it is back with every key")
        warden.wait_state(server, "RUNNING")
        self.assertIn(bad, [it.read_bytes() for it in self.kept_files(server)], "what was there is not kept")
        self.assertEqual(good.stat().st_nlink, 1, "the operator's own file is now the server's")
        installed = warden.wait_event("installed", server)[0]
        self.assertIn("a scenario", installed["detail"])

        # The accepted file is a kept copy from now on: the next time nobody needs to say a word.
        faults.delete(server.dump)
        server.kill()
        warden.wait_event("installed", server, 2)
        until(lambda: server.ready() and filled(server, shard, KEYS) == KEYS, 30, "a kept copy took the place by itself")
        self.assertEqual(warden.events(server, "installed")[-1]["rule"], "kept-copy")
        cluster.wait_whole()

    def test_of_a_stopped_instance_stays_stopped_and_a_kept_copy_may_be_named(self) -> None:
        cluster, warden = masters_alone(self, KEYS, "rdb")
        shard = cluster.shards[0]
        server = cluster.master(shard)
        server.save()
        first = server.home / "first.rdb"
        first.write_bytes(server.dump.read_bytes())
        self.assertEqual(warden.ctl("stop", server.port, "--in-place", "--reason", "a scenario")[0], 0)
        warden.wait_state(server, "STOPPED")
        self.accept(warden, server, first, 0)
        stays(lambda: server.pid() is None, 1, "it stays stopped")
        names = {it.name for it in self.kept_files(server)}
        self.assertEqual(len(names), 2, "the accepted one, and the one that was there")
        for name in sorted(names):
            self.accept(warden, server, name, 0)
        self.assertEqual({it.name for it in self.kept_files(server)}, names, "the same copies were kept once more")
        self.assertEqual(warden.ctl("start", server.port)[0], 0)
        until(lambda: server.ready() and filled(server, shard, KEYS) == KEYS, 30, "it is back with every key")

    def test_of_an_aof_instance(self) -> None:
        cluster, warden = masters_alone(self, KEYS, "aof")
        shard = cluster.shards[0]
        server = cluster.master(shard)
        server.save()
        good = server.home / "good.rdb"
        good.write_bytes(server.dump.read_bytes())
        increment = next(it for it in (server.data / "appendonlydir").glob("*.incr.aof"))
        increment.write_bytes(increment.read_bytes()[:1000] + b"garbage" + increment.read_bytes()[1000:])
        files = {it.name: it.read_bytes() for it in (server.data / "appendonlydir").iterdir()}
        server.kill()
        warden.wait_held(server, "bad-dataset")
        stays(lambda: server.pid() is None, 1, "it is not started")
        self.accept(warden, server, good, 0)
        until(lambda: server.ready() and filled(server, shard, KEYS) == KEYS, 30, "it is back with every key")
        warden.wait_event("aof-rebuilt", server)
        self.assertEqual(server.info("persistence")["aof_enabled"], "1")
        aside = [it for it in self.kept_files(server) if it.is_dir()]
        self.assertEqual([{f.name: f.read_bytes() for f in it.iterdir()} for it in aside], [files],
                         "the old append-only file is not kept as it was")

        # It is its append-only file that it lives by again.
        fill(server, shard, KEYS + 500)
        time.sleep(1.2)  # appendfsync everysec
        wait_recorded(warden, cluster)
        server.kill()
        until(lambda: server.ready() and filled(server, shard, KEYS + 500) == KEYS + 500, 30, "newer writes came back")

        # The next time the copy is taken by itself.
        (server.data / "appendonlydir" / "appendonly.aof.manifest").write_bytes(b"")
        server.kill()
        warden.wait_event("installed", server, 2)
        until(lambda: server.ready() and filled(server, shard, KEYS) == KEYS, 30, "a kept copy took the place by itself")
        warden.wait_event("aof-rebuilt", server, 2)
        cluster.wait_whole()


if __name__ == "__main__":
    main()
