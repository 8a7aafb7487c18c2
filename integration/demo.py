#!/usr/bin/env python3
"""The accident, twice at the same time: on the left a naive restarter, on the right slotwarden.

Two clusters of three masters and three replicas, persistence off, node timeout 15 s, a writer on each that remembers
what was acknowledged. A master of every shard is killed with kill -9, one after another. Exit code 0 iff slotwarden
lost nothing beyond what its replicas had not yet been sent.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from world.accident import Accident
from world.servers import redis_binary
from world.sides import KeptBySlotwarden, RestartedAtOnce, Side
from world.terminal import number, paint, seconds, table
from world.warden import build_directory, programs_missing
from world.world import World


class Demo:
    def __init__(self, left: RestartedAtOnce, right: KeptBySlotwarden):
        self.left, self.right = left, right
        self.sides: list[Side] = [left, right]
        self._began = time.monotonic()
        self._voice = threading.Lock()
        left.title = "naive restarter"

    def say(self, side: Side | None, text: str, colour: str = "") -> None:
        who = f"{side.title if side else '':15}"
        with self._voice:
            print(f"  {paint(f'{time.monotonic() - self._began:6.1f} s', 'dim')}  {paint(who, 'cyan')}  "
                  f"{paint(text, colour) if colour else text}", flush=True)

    def run(self) -> None:
        self.say(None, "starting two clusters of six servers each (3 masters, 3 replicas, no persistence)")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._begin, self.sides))
            for index in range(len(self.left.cluster.shards)):
                print()
                list(pool.map(lambda side: self._strike(side, index), self.sides))
            for side in self.sides:
                side.end()
            print()
            self.say(None, "reading every acknowledged key back")
            self.lost = list(pool.map(lambda side: side.writer.lost(), self.sides))

    def _begin(self, side: Side) -> None:
        side.begin()
        self.say(side, f"all shards are being written to, {number(side.writer.acknowledged())} keys so far")

    def _strike(self, side: Side, index: int) -> None:
        shard = side.cluster.shards[index]
        self.say(side, f"shard {index + 1}: kill -9 of its master, port {side.cluster.master(shard).port}")
        accident = side.strike(shard)
        lost = len(accident.lost)
        self.say(side, f"shard {index + 1}: writes stood still for {seconds(accident.outage)}, "
                       f"{number(lost) if lost else 'no'} keys lost", "red" if lost else "green")

    def deserved(self) -> bool:
        """Whether slotwarden lost only what no replica had been sent."""
        return not any(it.undeserved for it in self.right.accidents) and self.lost[1] == unsent(self.right.accidents)

    def print_table(self) -> None:
        sides = self.sides
        lacking = self.right.bytes_lacking()
        rows = [
            ["keys acknowledged", *(number(it.writer.acknowledged()) for it in sides)],
            ["keys lost", *map(number, self.lost)],
            ["  of these, not yet sent to a replica at the kill", *(number(unsent(it.accidents)) for it in sides)],
            ["longest write outage", *(seconds(max(a.outage for a in it.accidents)) for it in sides)],
            *([f"  shard {n + 1}", *(seconds(it.accidents[n].outage) for it in sides)] for n in range(3)),
            ["stream bytes the successors lacked", "-", "not told" if lacking is None else number(lacking)],
        ]
        colours = {(1, n + 1): "red" if self.lost[n] else "green" for n in range(2)}
        print("\n" + table(["", *(it.title for it in sides)], rows, colours) + "\n")

    def print_story(self) -> None:
        print(paint("  slotwardenctl events", "bold"))
        for line in self.right.warden.human("events").splitlines():
            print(f"  {line}")
        print()


def unsent(accidents: list[Accident]) -> int:
    return sum(len(it.lost & it.not_received) for it in accidents)


def print_how_to_play(demo: Demo) -> None:
    warden = demo.right.warden
    ctl = f"{build_directory() / 'slotwardenctl'} -s {warden.socket}"
    port = demo.right.cluster.servers[0].port
    print(f"""  slotwarden's cluster is still running. Try:
    {ctl} status
    {ctl} explain {port}
    kill -9 $({ctl} pid {port}) && {ctl} events -n 10
    redis-cli -c -p {port} set hello world
  To stop it and remove {warden.world.directory}:
    {ctl} stop all --in-place --reason "the demo is over" && {ctl} shutdown && rm -r {warden.world.directory}
""")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="./dev demo", description=__doc__.splitlines()[0])
    arguments.add_argument("--keep", action="store_true", help="leave slotwarden's cluster running")
    keep = arguments.parse_args().keep
    if missing := programs_missing() or ("" if redis_binary() else "no redis-server; set SLOTWARDEN_REDIS"):
        print(missing, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.setswitchinterval(0.001)
    print(paint("\n  kill -9 of a master of every shard, node timeout 15 s\n", "bold"))
    left_world, right_world = World("naive"), World("slotwarden")
    finished = False
    try:
        demo = Demo(RestartedAtOnce(left_world), KeptBySlotwarden(right_world))
        demo.run()
        demo.print_table()
        demo.print_story()
        good = demo.deserved()
        print(paint("  slotwarden lost nothing that a replica had.\n", "green") if good else
              paint("  slotwarden lost keys that a replica had.\n", "red"))
        if finished := keep:
            print_how_to_play(demo)
        return 0 if good else 1
    finally:
        left_world.close()
        right_world.release() if finished else right_world.close()


if __name__ == "__main__":
    sys.exit(main())
