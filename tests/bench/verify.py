#!/usr/bin/env python3
"""How fast a dump is verified: every value walked, every byte summed.

One run, one file in the page cache, side by side: `slotwardenctl inspect dump`, redis-check-rdb, plain reading (cat),
and reading with the sum alone. For values of 20 B, 500 B and 1 KiB. Each is timed several times in turn and the fastest
time counts: what else the machine does can only add to it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "integration"))

from world.terminal import table  # noqa: E402
from world.world import build_directory  # noqa: E402

VALUE_SIZES = (20, 500, 1024)
WAYS = ("slotwarden", "redis-check-rdb", "read and sum", "cat")


def length(n: int) -> bytes:
    """As an RDB writes it."""
    if n < 64:
        return bytes([n])
    if n < 16384:
        return struct.pack(">H", 0x4000 | n)
    return b"\x80" + struct.pack(">I", n)


def text(of: bytes) -> bytes:
    return length(len(of)) + of


def write_dump(path: Path, value_size: int, size: int) -> int:
    """A dump of Redis 7.0 with string keys only, of about `size` bytes. How many keys."""
    chance = random.Random(value_size)
    block = bytearray()
    in_block = 0
    while len(block) < 4 << 20:
        block += b"\0" + text(b"key:%010d" % chance.randrange(10**10)) + text(chance.randbytes(value_size))
        in_block += 1
    blocks = max(1, size // len(block))
    keys = blocks * in_block
    with open(path, "wb") as file:
        file.write(b"REDIS0010" + b"\xfa" + text(b"redis-ver") + text(b"7.0.15") + b"\xfe\0\xfb" + length(keys) + b"\0")
        for _ in range(blocks):
            file.write(block)
        file.write(b"\xff")
    summed = json.loads(subprocess.run([build_directory() / "rdb_verdict", "--sum-only", path], check=True,
                                       capture_output=True).stdout)
    with open(path, "ab") as file:
        file.write(struct.pack("<Q", summed["sum"]))
    return keys


def command(way: str, path: Path) -> list[str | Path]:
    return {"slotwarden": [build_directory() / "slotwardenctl", "inspect", "dump", path],
            "redis-check-rdb": ["redis-check-rdb", path],
            "read and sum": [build_directory() / "rdb_verdict", "--sum-only", path],
            "cat": ["cat", path]}[way]


def started(way: str, path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(way, path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def seconds_of(way: str, path: Path) -> float:
    began = time.monotonic()
    process = started(way, path)
    code = process.wait()
    seconds = time.monotonic() - began
    if code:
        raise SystemExit(f"{way} ended with {code}: {' '.join(map(str, command(way, path)))}")
    return seconds


def peak_memory(way: str, path: Path) -> int:
    """In bytes, the pages of its libraries included; by the kernel's own high-water mark, asked until it ends.

    Not by what wait4 tells: that counts the memory of this program, too, from before the other was executed."""
    process = started(way, path)
    most = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
            if os.path.samefile(f"/proc/{process.pid}/exe", sys.executable):
                continue  # not executed yet
        except OSError:
            break  # it has ended
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                most = max(most, int(line.split()[1]) * 1024)
        time.sleep(0.002)
    process.wait()
    return most


def measure(directory: Path, value_size: int, size: int, rounds: int) -> dict[str, object]:
    path = directory / f"{value_size}.rdb"
    print(f"  values of {value_size} B: writing the dump", file=sys.stderr)
    keys = write_dump(path, value_size, size)
    best = dict.fromkeys(WAYS, float("inf"))
    seconds_of("cat", path)  # into the page cache
    for n in range(rounds):
        for way in WAYS:
            best[way] = min(best[way], seconds_of(way, path))
        print(f"  values of {value_size} B, round {n + 1}: " +
              ", ".join(f"{way} {best[way]:.2f} s" for way in WAYS), file=sys.stderr)
    memory = {it: peak_memory(it, path) for it in WAYS}
    whole = path.stat().st_size
    path.unlink()
    return {"value_bytes": value_size, "file_bytes": whole, "keys": keys,
            "seconds": {it: round(best[it], 4) for it in WAYS},
            "bytes_per_second": {it: round(whole / best[it]) for it in WAYS},
            "peak_memory_bytes": memory,
            "times_redis_check_rdb": round(best["redis-check-rdb"] / best["slotwarden"], 2),
            "sum_of_plain_read": round(best["cat"] / best["read and sum"], 3),
            "walk_of_plain_read": round(best["cat"] / best["slotwarden"], 3)}


def print_table(rows: list[dict]) -> None:  # type: ignore[type-arg]
    head = ["values", *(f"{way}, MB/s" for way in WAYS), "× redis-check-rdb", "sum / cat", "memory, MiB"]
    lines = [[f"{it['value_bytes']} B", *(f"{it['bytes_per_second'][way] / 1e6:.0f}" for way in WAYS),
              f"{it['times_redis_check_rdb']:.1f}", f"{100 * it['sum_of_plain_read']:.0f} %",
              f"{it['peak_memory_bytes']['slotwarden'] / 2**20:.1f}"] for it in rows]
    print("\n" + table(head, lines))
    print("\n  Wanted: 5 times redis-check-rdb, the sum alone at 70 % of the plain read, at most 16 MiB.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--size", type=int, default=1024, metavar="MIB", help="of each dump (1024)")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if not shutil.which("redis-check-rdb"):
        raise SystemExit("no redis-check-rdb: ./dev deps installs it")
    subprocess.run(["cmake", "--build", build_directory(), "--target", "rdb_verdict"], check=True,
                   stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(prefix="sw-verify-") as directory:
        rows = [measure(Path(directory), it, arguments.size << 20, arguments.rounds) for it in VALUE_SIZES]
    if arguments.json:
        print(json.dumps({"dumps": rows}, indent=2))
    else:
        print_table(rows)


if __name__ == "__main__":
    main()
