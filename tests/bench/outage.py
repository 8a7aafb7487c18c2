#!/usr/bin/env python3
"""How long writes stand still, and what is lost, when a master is killed with kill -9.

Three keepers side by side: slotwarden, an immediate restart (a unit with Restart=always, RestartSec=0), and no
restart at all (the dead node is started again after the cluster elected a successor). Persistence off, node timeout
15 s.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import signal
import statistics
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "integration"))

from world.servers import redis_binary  # noqa: E402
from world.sides import KeptBySlotwarden, NotRestarted, RestartedAtOnce, Side  # noqa: E402
from world.terminal import number, seconds, table  # noqa: E402
from world.warden import Json, programs_missing  # noqa: E402
from world.world import World  # noqa: E402

SIDES: list[type[Side]] = [KeptBySlotwarden, RestartedAtOnce, NotRestarted]
NODE_TIMEOUT_MS = 15000


@dataclass
class Result:
    title: str
    outages: list[float] = field(default_factory=list)  # seconds, one for each kill
    lost: list[int] = field(default_factory=list)
    undeserved: list[int] = field(default_factory=list)  # of these, a replica had
    acknowledged: int = 0
    decisions_ms: list[float] = field(default_factory=list)  # slotwarden: from `exited` to the first succession verdict
    stories: list[str] = field(default_factory=list)  # slotwarden's events about kills that took longer than a second
    failure: str = ""


def strike_repeatedly(kind: type[Side], kills: int, results: multiprocessing.Queue[Result]) -> None:
    """One side, in a process of its own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.setswitchinterval(0.001)
    result = Result(kind.title)
    world = World("outage")
    try:
        side = kind(world, rate=1000, node_timeout_ms=NODE_TIMEOUT_MS)
        side.begin()
        for n in range(kills):
            strike(side, n, result)
        side.end()
        result.acknowledged = side.writer.acknowledged()
        if isinstance(side, KeptBySlotwarden):
            result.decisions_ms = decision_times(side.warden.events(limit=5000))
    except Exception as error:  # noqa: BLE001  the other sides go on; main() reports it
        result.failure = f"{type(error).__name__}: {error}"
    finally:
        results.put(result)
        world.close()


def strike(side: Side, n: int, result: Result) -> None:
    began = time.monotonic()
    accident = side.strike(side.cluster.shards[n % len(side.cluster.shards)])
    result.outages.append(accident.outage)
    result.lost.append(len(accident.lost))
    result.undeserved.append(len(accident.undeserved))
    if isinstance(side, KeptBySlotwarden) and accident.outage > 1.0:
        result.stories += [f"kill {n + 1}: {it['at']} {it['event']} {it['rule'] or ''} {it['detail']}"
                           for it in side.warden.events(accident.victim, limit=12)]
    told = f"{seconds(accident.outage):>8}, {len(accident.lost)} lost"
    print(f"  {side.title:18} kill {n + 1:3}: {told}", file=sys.stderr)
    # Voters refuse a second vote about the same master within two node timeouts: every third kill is of the same shard
    # and every sixth of the same node, which is to be later than that.
    spare = 2 * NODE_TIMEOUT_MS / 1000 / 6 + 0.5 - (time.monotonic() - began)
    time.sleep(max(0.0, spare))


def decision_times(events: list[Json]) -> list[float]:
    """Milliseconds from the notice of each death to the first verdict about its succession."""
    died: dict[int, datetime] = {}
    found = []
    for event in events:
        at = datetime.fromisoformat(event["at"])
        if event["event"] == "exited":
            died[event["port"]] = at
        elif event["event"] in ("succession", "asked", "impossible") and event["port"] in died:
            found.append((at - died.pop(event["port"])).total_seconds() * 1000)
    return found


def figures(result: Result) -> dict[str, Json]:
    outages = sorted(result.outages)
    summary: dict[str, Json] = {"kills": len(outages), **asdict(result)}
    if outages:
        summary |= {"median_s": statistics.median(outages), "p95_s": percentile(outages, 95), "worst_s": outages[-1]}
    if result.decisions_ms:
        summary["decision_median_ms"] = statistics.median(result.decisions_ms)
    return summary


def percentile(ordered: list[float], p: int) -> float:
    """The smallest value that at least p percent do not exceed."""
    return ordered[max(0, -(-len(ordered) * p // 100) - 1)]


def print_table(all_figures: list[dict[str, Json]]) -> None:
    rows = []
    base = all_figures[0].get("median_s")
    for it in all_figures:
        if not it["kills"]:
            rows.append([it["title"], "0", *["-"] * 6])
            continue
        rows.append([it["title"], str(it["kills"]), seconds(it["median_s"]), seconds(it["p95_s"]),
                     seconds(it["worst_s"]), f"{it['median_s'] / base:.1f}" if base else "-",
                     number(sum(it["lost"])), number(it["acknowledged"])])
    head = ["keeper", "kills", "median outage", "p95", "worst", "times slotwarden", "keys lost", "of acknowledged"]
    print("\n" + table(head, rows))
    if "decision_median_ms" in all_figures[0]:
        times = sorted(all_figures[0]["decisions_ms"])
        print(f"\n  slotwarden, from a death noticed to the decision: median {statistics.median(times):.0f} ms, "
              f"worst {times[-1]:.0f} ms (n = {len(times)}, by its events)")
    for line in all_figures[0]["stories"]:
        print(f"  {line}")
    for it in all_figures:
        if it["failure"]:
            print(f"\n  {it['title']}: {it['failure']}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench outage", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=30, help="kills for slotwarden and the immediate restart (30)")
    parser.add_argument("--unaided", type=int, default=3, help="kills for no restart, about 40 s each (3)")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if missing := programs_missing() or ("" if redis_binary() else "no redis-server; set SLOTWARDEN_REDIS"):
        print(missing, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[Result] = context.Queue()
    kills = {KeptBySlotwarden: arguments.kills, RestartedAtOnce: arguments.kills, NotRestarted: arguments.unaided}
    children = [context.Process(target=strike_repeatedly, args=(kind, kills[kind], results)) for kind in SIDES]
    try:
        for child in children:
            child.start()
        by_title = {it.title: it for it in (results.get() for _ in children)}
        for child in children:
            child.join()
    except BaseException:
        for child in children:
            child.terminate()
            child.join()
        raise
    all_figures = [figures(by_title[kind.title]) for kind in SIDES]
    if arguments.json:
        print(json.dumps({"node_timeout_ms": NODE_TIMEOUT_MS, "sides": all_figures}, indent=2))
    else:
        print_table(all_figures)
    return 1 if any(it["failure"] for it in all_figures) or sum(all_figures[0]["undeserved"]) else 0


if __name__ == "__main__":
    sys.exit(main())
