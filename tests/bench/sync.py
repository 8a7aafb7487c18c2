#!/usr/bin/env python3
"""What a new dump costs on its way to a host that has the one before.

One run, the same files for all: 0, 1, 10 and 50 % of the keys of one live replica are overwritten between its saves.
rsync as it comes, rsync -z with its best block size, the whole file, and slotwarden's delta: bytes that travel,
processor and wall seconds of both sides together. Then, from these measurements, what each way would take at several
bandwidths, and which one slotwarden chooses beforehand: by the writes that the replica counted, and by speeds measured
on another dump.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "integration"))

from world import processes  # noqa: E402
from world.resp import Client  # noqa: E402
from world.terminal import table  # noqa: E402
from world.waiting import until  # noqa: E402
from world.world import build_directory  # noqa: E402

CHANGED = (0.0, 0.01, 0.10, 0.50)
RSYNC_BLOCKS = (512, 1024, 2048, 4096)
MEGABYTE = 1_000_000
BANDWIDTHS: tuple[int | None, ...] = (10, 30, 100, 300, None)  # MB/s
BYTES_PER_KEY = 537
Row = dict[str, Any]


def say(text: str) -> None:
    print("  " + text, file=sys.stderr, flush=True)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Servers:
    """A master and its replica, which saves."""

    def __init__(self, home: Path):
        self.home = home
        self.ports = [free_port(), free_port()]
        self._running: list[subprocess.Popen[bytes]] = []
        for name, port in zip(("master", "replica"), self.ports, strict=True):
            (home / name).mkdir()
            options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(home / name), "--save", ""]
            if name == "replica":
                options += ["--replicaof", "127.0.0.1", str(self.ports[0])]
            self._running.append(subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL))
        for server in range(2):
            until(lambda at=server: self._call(at, "PING") == "PONG", 20, "the servers answer")  # type: ignore[misc]
        until(lambda: self.info()["master_link_status"] == "up", 60, "the replica is synchronised")

    def _call(self, server: int, *command: object) -> Any:
        try:
            with Client(("127.0.0.1", self.ports[server]), timeout=30) as client:
                return client.call(*command)
        except OSError:
            return None

    def info(self, server: int = 1) -> dict[str, str]:
        lines = str(self._call(server, "INFO")).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def write(self, commands: Iterator[bytes]) -> None:
        pipe = subprocess.Popen(["redis-cli", "-p", str(self.ports[0]), "--pipe"], stdin=subprocess.PIPE,
                                stdout=subprocess.DEVNULL)
        assert pipe.stdin
        for batch in commands:
            pipe.stdin.write(batch)
        pipe.stdin.close()
        if pipe.wait():
            raise SystemExit("redis-cli could not write the keys")
        until(lambda: self.info(0)["master_repl_offset"] == self.info()["slave_repl_offset"], 300, "the replica follows")

    def save(self, to: Path) -> int:
        """Saves the replica; how many writes it had counted since the save before."""
        writes = int(self.info()["rdb_changes_since_last_save"])
        self._call(1, "BGSAVE")
        until(lambda: self.info().get("rdb_bgsave_in_progress") == "0", 600, "the save ends")
        if self.info()["rdb_last_bgsave_status"] != "ok":
            raise SystemExit("the replica could not save")
        os.link(self.home / "replica" / "dump.rdb", to)
        return writes

    def end(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()


def sets(keys: Iterator[int], seed: int) -> Iterator[bytes]:
    """SETs of values that compress to half: hexadecimal digits at random."""
    chance = random.Random(seed)
    batch = bytearray()
    for key in keys:
        name, value = b"key:%010d" % key, chance.randbytes(250).hex().encode()
        batch += b"*3\r\n$3\r\nSET\r\n$14\r\n" + name + b"\r\n$500\r\n" + value + b"\r\n"
        if len(batch) > 1 << 20:
            yield bytes(batch)
            batch.clear()
    yield bytes(batch)


def rsync(base: Path, fresh: Path, *options: str) -> Row:
    """Both sides of it here; what goes between them is counted by rsync itself."""
    target = base.with_name("rsync-target")
    shutil.copyfile(base, target)
    before, began = os.times(), time.monotonic()
    done = subprocess.run(["rsync", "--no-whole-file", "--ignore-times", "--stats", *options, fresh, target],
                          check=True, capture_output=True, text=True)
    after, wall = os.times(), time.monotonic() - began
    if subprocess.run(["cmp", "-s", fresh, target]).returncode:
        raise SystemExit("rsync made another file")
    target.unlink()
    counts = [int(it.replace(",", "")) for it in re.findall(r"Total bytes (?:sent|received): ([\d,]+)", done.stdout)]
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"travels": sum(counts), "cpu": cpu, "wall": wall}


def cost(*arguments: str | Path) -> Row:
    done = subprocess.run([build_directory() / "delta_cost", *map(str, arguments)], check=True, capture_output=True)
    return dict(json.loads(done.stdout))


def ours(base: Path, fresh: Path, block: int) -> Row:
    made = base.with_name("made")
    row = cost("delta", base, fresh, str(block), made)
    if subprocess.run(["cmp", "-s", fresh, made]).returncode:
        raise SystemExit("the delta made another file")
    for path in (made, made.with_name("made.delta")):
        path.unlink()
    both = {it: row["encode"][it] + row["apply"][it] for it in ("cpu", "wall")}
    return row | both | {"block": block}


def whole(fresh: Path, how: str) -> Row:
    made = fresh.with_name("made")
    row = cost(how, fresh, made)
    made.unlink()
    return row


def speeds(of: Row) -> Row:
    """Bytes a processor second, as a daemon knows them of its last transfer."""
    size, delta = of["size"], of["delta"]
    searching = max(delta["encode"]["cpu"] - delta["encode"]["sign"], 1e-3)
    missed = delta["literal"]
    # Blocks that are found cost as much as signing them; the rest of the time went into what was not found.
    finding = min(delta["encode"]["sign"] * (size - missed) / size, 0.9 * searching)
    return {"sign": round(size / delta["encode"]["sign"]), "find": round((size - missed) / finding),
            "miss": round(missed / (searching - finding)), "patch": round(size / delta["apply"]["cpu"]),
            "squeeze": round(size / of["squeezed"]["cpu"]), "plain": round(size / of["whole"]["cpu"])}


def evidence(row: Row, bandwidth: int | None, known: Row) -> str:
    of: Row = {"size": row["size"], "base_size": row["base_size"], "keys": row["keys"], "writes": row["writes"],
               "squeezed": row["squeezed"]["travels"] / row["size"]} | known
    return json.dumps(of | ({"bandwidth": bandwidth * MEGABYTE} if bandwidth else {}))


def measure(changed: float, writes: int, keys: int, base: Path, fresh: Path) -> Row:
    row: Row = {"changed": changed, "writes": writes, "keys": keys, "size": fresh.stat().st_size,
                "base_size": base.stat().st_size}
    say(f"{100 * changed:.0f} % changed: whole file")
    row["whole"], row["squeezed"] = whole(fresh, "whole"), whole(fresh, "squeezed")
    say(f"{100 * changed:.0f} % changed: delta")
    chosen = cost("plan", evidence(row, 10, {}))
    row["delta"] = ours(base, fresh, chosen["block"] or 512)
    say(f"{100 * changed:.0f} % changed: rsync")
    row["rsync"] = rsync(base, fresh)
    row["rsync_z"] = {block: rsync(base, fresh, "-z", f"--block-size={block}") for block in RSYNC_BLOCKS}
    return row


def best_rsync(row: Row) -> tuple[str, Row]:
    tried = {"rsync": row["rsync"]} | {f"rsync -z -B {block}": it for block, it in row["rsync_z"].items()}
    return min(tried.items(), key=lambda it: int(it[1]["travels"]))


def would_take(row: Row, way: str, bandwidth: int | None) -> float:
    """A whole file is prepared while it travels, a delta before it does."""
    travelling = row[way]["travels"] / (bandwidth * MEGABYTE) if bandwidth else 0.0
    preparing = float(row[way]["cpu"])
    return preparing + travelling if way == "delta" else max(preparing, travelling)


def choices(rows: list[Row]) -> list[Row]:
    """What is known of the speeds comes from another dump than the one that is judged."""
    made = []
    for n, row in enumerate(rows):
        known = speeds(rows[2] if n != 2 else rows[1])
        for bandwidth in BANDWIDTHS:
            plan = cost("plan", evidence(row, bandwidth, known))
            takes = {way: would_take(row, way, bandwidth) for way in ("whole", "squeezed", "delta")}
            best = min(takes, key=lambda way: takes[way])
            made.append({"changed": row["changed"], "bandwidth": bandwidth, "chosen": plan["method"],
                         "rule": plan["rule"], "best": best, "right": plan["method"] == best, "predicted": plan["seconds"],
                         "lost": round(takes[plan["method"]] / takes[best] - 1, 3),
                         "seconds": {way: round(it, 2) for way, it in takes.items()}})
    return made


def print_costs(rows: list[Row]) -> None:
    head = ["changed, way", "travels, MB", "of the file", "of the best rsync", "processor", "wall"]
    lines = []
    for row in rows:
        name, best = best_rsync(row)
        ways = [("rsync", row["rsync"]), (name, best), ("whole file", row["whole"]),
                ("whole file, zstd", row["squeezed"]), (f"slotwarden, {row['delta']['block']} B", row["delta"])]
        for label, it in ways:
            lines.append([f"{100 * row['changed']:.0f} %  {label}", f"{it['travels'] / 1e6:.2f}",
                          f"{100 * it['travels'] / row['size']:.2f} %", f"{it['travels'] / best['travels']:.2f}",
                          f"{it['cpu']:.1f} s", f"{it['wall']:.1f} s"])
    print("\n" + table(head, lines))
    print("\n  Above the index of the base: " +
          ", ".join(f"{row['delta']['above_index_bytes'] / 2**20:.1f}" for row in rows) + " MiB; the index: " +
          ", ".join(f"{row['delta']['index_bytes'] / 2**20:.0f}" for row in rows) + " MiB.")


def print_choices(made: list[Row]) -> None:
    head = ["changed, bandwidth", "whole", "zstd", "delta", "chosen", "predicted", "right"]
    lines = [[f"{100 * it['changed']:.0f} %  " + (f"{it['bandwidth']} MB/s" if it["bandwidth"] else "unlimited"),
              *(f"{it['seconds'][way]:.1f} s" for way in ("whole", "squeezed", "delta")), it["chosen"],
              f"{it['predicted']:.1f} s", "yes" if it["right"] else f"no, {100 * it['lost']:.0f} % longer"] for it in made]
    print("\n" + table(head, lines))
    print(f"\n  Right in {sum(it['right'] for it in made)} of {len(made)}.")
    print("  Wanted: fewer bytes than the best rsync up to 10 %, at most half of them at 1 %; right in 9 of 10; at most "
          "64 MiB above the index.")


def dumps(home: Path, megabytes: int) -> tuple[int, list[int], list[Path]]:
    servers = Servers(home)
    try:
        keys = megabytes * MEGABYTE // BYTES_PER_KEY
        say(f"writing {keys} keys")
        servers.write(sets(iter(range(keys)), 0))
        paths, writes = [home / "0.rdb"], [servers.save(home / "0.rdb")]
        for n, share in enumerate(CHANGED, 1):
            servers.write(sets(iter(random.Random(n).sample(range(keys), round(share * keys))), n))
            paths.append(home / f"{n}.rdb")
            writes.append(servers.save(paths[-1]))
        return keys, writes, paths
    finally:
        servers.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--mb", type=int, default=1074, help="size of the dumps (1074: a gibibyte)")
    arguments = parser.parse_args()
    for program in ("redis-server", "redis-cli", "rsync"):
        if not shutil.which(program):
            raise SystemExit(f"no {program}: ./dev deps bench installs it")
    subprocess.run(["cmake", "--build", build_directory(), "--target", "delta_cost"], check=True,
                   stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(prefix="sw-sync-") as directory:
        guard = processes.Guard(Path(directory), keep=False)  # no server outlives this, however it ends
        keys, writes, paths = dumps(Path(directory), arguments.mb)
        rows = [measure(share, writes[n + 1], keys, paths[n], paths[n + 1]) for n, share in enumerate(CHANGED)]
        guard.dismiss()
    made = choices(rows)
    if arguments.json:
        print(json.dumps({"dumps": rows, "choices": made}, indent=2))
    else:
        print_costs(rows)
        print_choices(made)


if __name__ == "__main__":
    main()
