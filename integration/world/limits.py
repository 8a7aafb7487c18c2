"""Control groups of our own: how a process runs out of memory, or of processes, without the machine doing so.

Where none can be made the test is skipped. A group is named after the world's directory and goes with it, also when the
test was killed.
"""

from __future__ import annotations

import itertools
import time
from contextlib import suppress
from pathlib import Path
from unittest import SkipTest

_serial = itertools.count()


def hierarchies() -> list[tuple[Path, list[str]]]:
    """Where groups can be made, and with which controllers: version 1 has a mount for each, version 2 one for all."""
    found = []
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, at, kind, options, *_ = line.split()
        if kind == "cgroup":
            found.append((Path(at), options.split(",")))
        elif kind == "cgroup2":
            found.append((Path(at), (Path(at) / "cgroup.subtree_control").read_text().split()))
    return found


def remove_groups(directory: Path) -> None:
    """Those of the world in `directory`, once its processes have ended."""
    for _ in range(200):
        left = [it for at, _ in hierarchies() for it in at.glob(f"{directory.name}.*")]
        if not left:
            return
        for group in left:
            with suppress(OSError):  # refused until the last process in it is gone
                group.rmdir()
        time.sleep(0.01)


class Group:
    """A control group with one controller."""

    def __init__(self, directory: Path, controller: str):
        mounts = [at for at, controllers in hierarchies() if controller in controllers]
        if not mounts:
            raise SkipTest(f"no {controller} controller is mounted")
        self.path = mounts[0] / f"{directory.name}.{next(_serial)}"
        try:
            self.path.mkdir()
        except OSError as error:
            raise SkipTest(f"no {controller} group can be made: {error}") from error

    def add(self, pid: int) -> None:
        (self.path / "cgroup.procs").write_text(str(pid))

    def pids(self) -> list[int]:
        return [int(it) for it in (self.path / "cgroup.procs").read_text().split()]

    def has(self, file: str) -> bool:
        return (self.path / file).exists()


class MemoryLimit(Group):
    """What its processes take from now on may not exceed `size` bytes; what they had before they were added is free."""

    def __init__(self, directory: Path, size: int):
        super().__init__(directory, "memory")
        # Swap counts too: with version 1 in the sum of both, with version 2 by itself.
        first = {"memory.limit_in_bytes": size, "memory.max": size}
        then = {"memory.memsw.limit_in_bytes": size, "memory.swap.max": 0}
        for file, value in (first | then).items():
            if self.has(file):
                (self.path / file).write_text(str(value))

    def limit(self, size: int) -> None:
        """Another limit for those that are in it already."""
        for file in ("memory.limit_in_bytes", "memory.max"):
            if self.has(file):
                (self.path / file).write_text(str(size))

    def used(self) -> int:
        return self._first("memory.usage_in_bytes", "memory.current")

    def peak(self) -> int:
        return self._first("memory.max_usage_in_bytes", "memory.peak")

    def _first(self, *files: str) -> int:
        return next(int((self.path / it).read_text()) for it in files if self.has(it))


class ProcessLimit(Group):
    """A door for new processes: closed, whoever is in the group can fork none."""

    def __init__(self, directory: Path):
        super().__init__(directory, "pids")

    def close(self) -> None:
        (self.path / "pids.max").write_text((self.path / "pids.current").read_text())

    def open(self) -> None:
        (self.path / "pids.max").write_text("max")
