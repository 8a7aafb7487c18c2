#!/usr/bin/env python3
"""What saving six servers under writes costs: extra memory at the peak and the time until all are saved.

All at once (six BGSAVEs), one at a time, and as slotwarden's planner decides. Each server has a writer that overwrites
keys at random; the figures that matter are the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "integration"))

from world.overwriter import VALUE, Overwriter, fill  # noqa: E402
from world.processes import children  # noqa: E402
from world.servers import Server, redis_binary  # noqa: E402
from world.terminal import seconds, table  # noqa: E402
from world.waiting import until  # noqa: E402
from world.warden import Warden, programs_missing  # noqa: E402
from world.world import World  # noqa: E402

MEBIBYTE = 1 << 20
POLICY = '[save]\nshortest_interval = "1h"\nlongest_interval = "24h"\nothers_longest = "24h"\n'


@dataclass
class Result:
    title: str
    peak_mib: float = 0.0  # extra, above the sum at rest
    elapsed_s: float = 0.0
    largest_single_mib: float = 0.0  # by the servers' own account
    at_once: int = 0


def private_dirty(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Private_Dirty:"):
                return int(line.split()[1]) * 1024
    return 0


class Watching(threading.Thread):
    """What the children have copied, all together, at its highest; and how many there were."""

    def __init__(self, pids: list[int]):
        super().__init__(daemon=True)
        self.pids, self.peak, self.most = pids, 0, 0
        self.ending = threading.Event()

    def run(self) -> None:
        while not self.ending.wait(0.05):
            found = [child for pid in self.pids for child in children(pid)]
            self.most = max(self.most, len(found))
            self.peak = max(self.peak, sum(map(private_dirty, found)))


def measured(title: str, servers: list[Server], save_all: Callable[[], None]) -> Result:
    pids = [it.pid() or 0 for it in servers]
    before = [int(it.info("persistence")["rdb_last_save_time"]) for it in servers]
    os.sync()  # what the last round wrote must not hold this one up
    time.sleep(1.1)  # which is in whole seconds
    watching = Watching(pids)
    watching.start()
    began = time.monotonic()
    save_all()
    until(lambda: all(int(it.info("persistence")["rdb_last_save_time"]) > n for it, n in zip(servers, before)), 600,
          "all are saved", pause=0.05)
    elapsed = time.monotonic() - began
    watching.ending.set()
    watching.join()
    single = max(int(it.info("persistence")["rdb_last_cow_size"]) for it in servers)
    return Result(title, watching.peak / MEBIBYTE, elapsed, single / MEBIBYTE, watching.most)


def run(world: World, size: int, rate: int, rounds: int) -> list[Result]:
    keys = size * MEBIBYTE // (VALUE * 5 // 4)  # the allocator rounds up
    servers = [world.server(save='""', appendonly="no", cluster_enabled="no", rdbcompression="no")
               for _ in range(6)]
    host = world.directory / "host" / "policies" / "host.toml"
    warden = Warden(world, servers, policies={"storage": POLICY, "host": "saves.at_once = 1\n"}).start()
    warden.wait_running()
    for it in servers:
        fill(it, keys)
    warden.restart()  # it has not seen them being filled
    warden.wait_running()
    writers = [Overwriter(it, keys, rate) for it in servers]
    for writer in writers:
        writer.start()
    time.sleep(5)  # their rates are to be known

    def by_slotwarden() -> None:
        threading.Thread(target=warden.ctl, args=("save", "all"), kwargs={"timeout": 900}, daemon=True).start()

    def at_once() -> None:
        for it in servers:
            it.call("BGSAVE", timeout=60)

    def as_planned(leases: int) -> Callable[[], None]:
        host.write_text(f'mode = "audit"\nsaves.at_once = {leases}\n')
        warden.ask("UPDATE")
        return by_slotwarden

    kinds: dict[str, Callable[[], Callable[[], None]]] = {
        "all at once": lambda: at_once, "one at a time": lambda: as_planned(1),
        "as the planner decides": lambda: as_planned(0)}
    # The disk is shared and pays for what was written before: of each kind the fastest round counts.
    rounds_of: dict[str, list[Result]] = {title: [] for title in kinds}
    for _ in range(rounds):
        for title, order in kinds.items():
            rounds_of[title].append(measured(title, servers, order()))
    results = [min(all_of, key=lambda it: it.elapsed_s) for all_of in rounds_of.values()]
    for writer in writers:
        writer.stop()
    return results


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench saves", description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=300, help="MiB in each of the six servers (300)")
    parser.add_argument("--rate", type=int, default=3000, help="writes a second to each (3000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each kind, of which the fastest counts (3)")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if missing := programs_missing() or ("" if redis_binary() else "no redis-server; set SLOTWARDEN_REDIS"):
        print(missing, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    world = World("saves")
    try:
        results = run(world, arguments.size, arguments.rate, arguments.rounds)
    finally:
        world.close()
    if arguments.json:
        print(json.dumps({"processors": os.cpu_count(), "size_mib": arguments.size, "rate": arguments.rate,
                          "results": [asdict(it) for it in results]}, indent=2))
        return 0
    base = results[0]
    rows = [[it.title, str(it.at_once), f"{it.peak_mib:.0f} MiB", f"{it.peak_mib / max(base.peak_mib, 1):.2f}",
             f"{it.largest_single_mib:.0f} MiB", seconds(it.elapsed_s), f"{it.elapsed_s / base.elapsed_s:.2f}"]
            for it in results]
    print(table(["saving", "at once", "extra at the peak", "of all at once", "largest single", "time",
                 "of all at once"], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
