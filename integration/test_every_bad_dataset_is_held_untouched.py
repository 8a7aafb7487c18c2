#!/usr/bin/env python3
"""Each bad dataset in front of a real start of a master that nobody can succeed: held by a rule, the server never
executed, nothing on disk changed, and `explain` says what is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from world.accident import masters_alone
from world.cluster import Cluster
from world.keys import filled
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.warden import Warden

KEYS = 400
Make = Callable[[Path, bytes], object]


def put(change: Callable[[bytes], bytes]) -> Make:
    return lambda path, good: path.write_bytes(change(good))


def flipped(good: bytes, at: int) -> bytes:
    return good[:at] + bytes([good[at] ^ 4]) + good[at + 1:]


def link_to_the_good_one(path: Path, good: bytes) -> None:
    beside = path.with_name("elsewhere.rdb")
    beside.write_bytes(good)
    path.symlink_to(beside)


# What is put in place of the dump, the rule that holds it, and a word of what explain says.
DUMPS: dict[str, tuple[Make, str, str]] = {
    "gone": (lambda path, good: None, "empty-dataset", "absent"),
    "zero bytes": (put(lambda good: b""), "bad-dataset", "truncated"),
    "only a magic": (put(lambda good: good[:9]), "bad-dataset", "truncated"),
    "cut in the middle": (put(lambda good: good[:len(good) // 2]), "bad-dataset", "truncated"),
    "cut within its checksum": (put(lambda good: good[:-3]), "bad-dataset", "truncated"),
    "one bit flipped": (put(lambda good: flipped(good, len(good) // 2)), "bad-dataset", "corrupt"),
    "a wrong checksum": (put(lambda good: flipped(good, len(good) - 1)), "bad-dataset", "corrupt"),
    "a zeroed page": (put(lambda good: good[:4096] + bytes(4096) + good[8192:]), "bad-dataset", "corrupt"),
    "bytes behind its end": (put(lambda good: good + b"more"), "bad-dataset", "corrupt"),
    "of a newer version": (put(lambda good: b"REDIS0079" + good[9:]), "bad-dataset", "too new"),
    "of Valkey 9": (put(lambda good: b"VALKEY080" + good[9:]), "bad-dataset", "foreign"),
    "no dump at all": (put(lambda good: b"#!/bin/sh\nexit 0\n"), "bad-dataset", "foreign"),
    "a symbolic link": (link_to_the_good_one, "bad-dataset", "unreadable"),
    "a FIFO": (lambda path, good: os.mkfifo(path), "bad-dataset", "unreadable"),
    "a directory": (lambda path, good: path.mkdir(), "bad-dataset", "unreadable"),
}


def spoil(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    def done(folder: Path) -> None:
        file = next(it for it in folder.iterdir() if it.name.endswith(name))
        file.write_bytes(change(file.read_bytes()))

    return done


def away(name: str) -> Callable[[Path], object]:
    return lambda folder: next(it for it in folder.iterdir() if it.name.endswith(name)).unlink()


# The same of an append-only file; a good dump lies beside it all the time, which the server would not read.
APPEND_ONLY: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "its folder gone": (lambda folder: [it.unlink() for it in folder.iterdir()] and folder.rmdir(),
                        "empty-dataset", "absent"),
    "its manifest gone": (away(".manifest"), "empty-dataset", "absent"),
    "its manifest empty": (spoil(".manifest", lambda text: b""), "bad-dataset", "corrupt"),
    "its manifest garbled": (spoil(".manifest", lambda text: text.replace(b"type", b"tipe")), "bad-dataset", "corrupt"),
    "its base gone": (away(".base.rdb"), "bad-dataset", ""),
    "its base cut": (spoil(".base.rdb", lambda base: base[:-4]), "bad-dataset", "truncated"),
    "its base empty": (spoil(".base.rdb", lambda base: b""), "bad-dataset", ""),
    "its increment gone": (away(".incr.aof"), "bad-dataset", ""),
    "garbage within its increment": (spoil(".incr.aof", lambda incr: incr[:200] + b"garbage" + incr[200:]),
                                     "bad-dataset", "corrupt"),
}


class EveryBadDataset(Scenario):
    def formed(self, persistence: str) -> tuple[Cluster, Warden]:
        cluster, warden = masters_alone(self, KEYS, persistence)
        server = cluster.servers[0]
        server.save()
        self.stop(warden, cluster)
        return cluster, warden

    def stop(self, warden: Warden, cluster: Cluster) -> None:
        port = cluster.servers[0].port
        self.assertEqual(warden.ctl("stop", port, "--in-place", "--reason", "a scenario")[0], 0)
        warden.wait_state(port, "STOPPED")

    def on_disk(self, folder: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        for it in sorted(folder.rglob("*")):
            kind = it.lstat()
            held = it.read_bytes() if it.is_file() and not it.is_symlink() else None
            found[str(it.relative_to(folder))] = (kind.st_mode, kind.st_ino, held)
        return found

    def held(self, warden: Warden, cluster: Cluster, rule: str, word: str) -> None:
        server = cluster.servers[0]
        before, log = self.on_disk(server.data), server.log.stat().st_size
        self.assertEqual(warden.ctl("start", server.port, "--timeout", "1")[0] in (0, 4), True)
        status = warden.wait_held(server, rule)
        stays(lambda: server.pid() is None, 0.5, "it is not started")
        self.assertEqual(self.on_disk(server.data), before, "something on disk was changed")
        self.assertEqual(server.log.stat().st_size, log, "the server was executed")
        explained = warden.explain(server)
        dataset = next(it["value"] for it in explained["evidence"] if it["name"] == "dataset")
        self.assertIn(word, dataset)
        self.assertTrue(explained["would_release"])
        self.tell(f"{status['hold']['rule']}: {dataset[:100]}")
        self.assertEqual(warden.ctl("stop", server.port, "--in-place", "--reason", "a scenario")[0], 0)
        warden.wait_state(server, "STOPPED")

    def test_of_a_dump(self) -> None:
        cluster, warden = self.formed("rdb")
        server = cluster.servers[0]
        good = server.dump.read_bytes()
        aside = server.home / "good.rdb"
        for name, (make, rule, word) in DUMPS.items():
            with self.subTest(dump=name):
                server.dump.rename(aside)
                make(server.dump, good)
                self.held(warden, cluster, rule, word)
                if server.dump.is_dir():
                    server.dump.rmdir()
                aside.rename(server.dump)
        self.assertEqual(warden.ctl("start", server.port)[0], 0)
        until(lambda: server.ready() and filled(server, cluster.shards[0], KEYS) == KEYS, 30, "the good one is loaded")

    def test_of_an_append_only_file_beside_a_good_dump(self) -> None:
        cluster, warden = self.formed("aof")
        server = cluster.servers[0]
        folder = server.data / "appendonlydir"
        good = {it.name: it.read_bytes() for it in folder.iterdir()}
        for name, (damage, rule, word) in APPEND_ONLY.items():
            with self.subTest(append_only=name):
                damage(folder)
                self.held(warden, cluster, rule, word)
                folder.mkdir(exist_ok=True)
                for file, text in good.items():
                    (folder / file).write_bytes(text)
        self.assertEqual(warden.ctl("start", server.port)[0], 0)
        until(lambda: server.ready() and filled(server, cluster.shards[0], KEYS) == KEYS, 30, "the good one is loaded")


if __name__ == "__main__":
    main()
