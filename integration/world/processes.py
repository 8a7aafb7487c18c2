"""Processes by what they are, never by name: ours are those that work in our directory or were started from it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from world.limits import remove_groups


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    state: str
    start_ticks: int
    cpu_ticks: int
    directory: str
    command: str


def process(pid: int) -> Process | None:
    """What /proc says, or None when there is no such process (a zombie is none)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if stat[0] in "ZX":
            return None
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        directory = os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return None
    return Process(pid, int(stat[1]), stat[0], int(stat[19]), int(stat[11]) + int(stat[12]), directory, command)


def alive(pid: int) -> bool:
    return process(pid) is not None


def children(pid: int) -> list[int]:
    """Those that run: one that has ended and was not waited for yet is none."""
    try:
        return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if alive(int(it))]
    except OSError:
        return []


def children_at_once(parents: Iterable[int | None]) -> int:
    """How many children the `parents` had at one moment. They are asked one after another, and meanwhile one child may
    end and the next begin; those found twice were there all the time in between."""
    pids = [it for it in parents if it]
    once, again = ({child for it in pids for child in children(it)} for _ in range(2))
    return len(once & again)


def inside(directory: Path) -> list[Process]:
    """Every process that works under `directory`, or has it in its command line."""
    prefix = f"{directory}/"
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid() and (it := process(int(entry))):
            if it.directory == str(directory) or it.directory.startswith(prefix) or prefix in it.command:
                found.append(it)
    return found


def main_process(directory: Path) -> Process | None:
    """The server of a data directory: of the processes in it, the one that no other of them forked."""
    here = [it for it in inside(directory) if it.directory == str(directory)]
    pids = {it.pid for it in here}
    roots = [it for it in here if it.parent not in pids]
    return min(roots, key=lambda it: it.start_ticks) if roots else None


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def end_all(directory: Path) -> None:
    """Ends everything in `directory`, supervisors (whose directory it is not) first so that nothing comes back."""
    for _ in range(200):
        left = inside(directory)
        if not left:
            break
        supervisors = [it for it in left if not it.directory.startswith(f"{directory}/")]
        for it in supervisors or left:
            send(it.pid, signal.SIGKILL)
        time.sleep(0.01)
    remove_groups(directory)


class Guard:
    """A forked watcher that ends everything in `directory` when this process is gone, however it went."""

    def __init__(self, directory: Path, keep: bool):
        read_end, self._write_end = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._write_end)
            _watch(read_end, directory, keep)
        os.close(read_end)

    def dismiss(self) -> None:
        """It ends without touching anything."""
        # Said, not left to the end of file: the guards of later worlds hold this pipe too.
        os.write(self._write_end, b".")
        os.close(self._write_end)
        os.waitpid(self._pid, 0)


def _watch(read_end: int, directory: Path, keep: bool) -> None:
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    if os.read(read_end, 1):
        os._exit(0)
    end_all(directory)
    if not keep:
        shutil.rmtree(directory, ignore_errors=True)
    os._exit(0)
