#!/usr/bin/env python3
"""What it costs to watch servers that do nothing: resident memory and CPU time of the supervisor itself.

Twenty idle cluster nodes under slotwarden, supervisord and monit; then slotwarden alone with 1, 20 and 100.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "integration"))

from world import processes  # noqa: E402
from world.servers import Server, redis_binary  # noqa: E402
from world.terminal import table  # noqa: E402
from world.warden import Warden, programs_missing  # noqa: E402
from world.world import World  # noqa: E402


@dataclass
class Cost:
    supervisor: str
    servers: int
    resident_mib: float = 0.0
    cpu_ms_per_second: float = 0.0
    skipped: str = ""


def idle_servers(world: World, count: int) -> list[Server]:
    return [world.server(save='""', appendonly="no") for _ in range(count)]


def measure(name: str, pid: int, servers: list[Server], span: float) -> Cost:
    for server in servers:
        server.wait_ready(60)
    time.sleep(3)  # what a start costs is not what idling costs
    before, began = processes.process(pid), time.monotonic()
    time.sleep(span)
    after, took = processes.process(pid), time.monotonic() - began
    assert before and after, f"{name} ended while it was measured"
    ticks = after.cpu_ticks - before.cpu_ticks
    cpu_ms = ticks * 1000 / os.sysconf("SC_CLK_TCK")
    return Cost(name, len(servers), processes.resident_bytes(pid) / 2**20, cpu_ms / took)


def slotwarden(world: World, count: int, span: float) -> Cost:
    servers = idle_servers(world, count)
    warden = Warden(world, servers)
    text = warden.config.read_text().replace('log_level = "debug"', 'log_level = "info"')
    warden.config.write_text(text)
    warden.start()
    warden.wait_running(120)
    return measure("slotwarden", warden.pid, servers, span)


def supervisord(world: World, count: int, span: float) -> Cost:
    program = shutil.which("supervisord")
    if not program:
        return Cost("supervisord", count, skipped="not installed (Debian package supervisor)")
    servers = idle_servers(world, count)
    directory = world.directory
    text = f"[supervisord]\nlogfile={directory}/supervisord.log\npidfile={directory}/supervisord.pid\nuser=root\n"
    for it in servers:
        text += f"[program:r{it.port}]\ncommand={it.binary} {it.config}\nautorestart=true\n"
    (directory / "supervisord.conf").write_text(text)
    child = start([program, "-n", "-c", directory / "supervisord.conf"], directory)
    return measure("supervisord", child, servers, span)


def monit(world: World, count: int, span: float) -> Cost:
    program = shutil.which("monit")
    if not program:
        return Cost("monit", count, skipped="not installed (Debian package monit)")
    servers = idle_servers(world, count)
    directory = world.directory
    text = (f"set daemon 5\nset logfile {directory}/monit.log\nset pidfile {directory}/monit.pid\n"
            f"set idfile {directory}/monit.id\nset statefile {directory}/monit.state\n")
    for it in servers:
        it.options |= {"daemonize": "yes", "pidfile": str(it.home / "pid")}
        it.write_config()
        text += (f'check process r{it.port} with pidfile {it.home}/pid\n'
                 f'  start program = "{it.binary} {it.config}"\n  stop program = "/bin/true"\n'
                 f'  if failed host 127.0.0.1 port {it.port} protocol redis then alert\n')
    control = directory / "monitrc"
    control.write_text(text)
    control.chmod(0o600)
    child = start([program, "-I", "-c", control], directory)
    return measure("monit, 5 s cycle", child, servers, span)


def start(command: list[object], directory: Path) -> int:
    with open(directory / "supervisor.log", "wb") as log:
        child = subprocess.Popen([str(it) for it in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
    return child.pid


def in_a_world(run: Callable[[World, int, float], Cost], count: int, span: float) -> Cost:
    print(f"  {run.__name__} with {count} {'server' if count == 1 else 'servers'} …", file=sys.stderr)
    world = World("idle")
    try:
        return run(world, count, span)
    finally:
        world.close()


def print_table(costs: list[Cost]) -> None:
    rows = [[it.supervisor, str(it.servers), f"{it.resident_mib:.1f}", f"{it.cpu_ms_per_second:.2f}"]
            if not it.skipped else [it.supervisor, "-", "skipped:", it.skipped] for it in costs]
    print("\n" + table(["supervisor", "idle servers", "resident MiB", "CPU ms a second"], rows))


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench idle", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=30, help="how long each is watched (30)")
    arguments = parser.parse_args()
    if missing := programs_missing() or ("" if redis_binary() else "no redis-server; set SLOTWARDEN_REDIS"):
        print(missing, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    span = arguments.seconds
    costs = [in_a_world(slotwarden, count, span) for count in (1, 20, 100)]
    costs += [in_a_world(run, 20, span) for run in (supervisord, monit)]
    if arguments.json:
        print(json.dumps({"seconds": span, "costs": [asdict(it) for it in costs]}, indent=2))
    else:
        print_table(costs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
