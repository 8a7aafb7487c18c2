"""Settings of the kernel of this machine: read, spoiled, and put back whatever happens."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from world import processes

if TYPE_CHECKING:
    from world.scenario import Scenario

HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage"

# Everything that slotwarden may write into the kernel, with a value that it must find wrong.
SPOILED: Mapping[str, str] = {
    "/proc/sys/vm/overcommit_memory": "0",
    "/proc/sys/vm/swappiness": "60",
    "/proc/sys/vm/zone_reclaim_mode": "1",
    "/proc/sys/vm/max_map_count": "65000",
    "/proc/sys/net/core/somaxconn": "128",
    "/proc/sys/net/ipv4/tcp_max_syn_backlog": "128",
    "/proc/sys/fs/file-max": "900000",
    "/proc/sys/kernel/threads-max": "30000",
    f"{HUGE_PAGES}/enabled": "always",
    f"{HUGE_PAGES}/defrag": "always",
}


def read(file: str) -> str:
    """The value; of a list of words, the chosen one."""
    text = Path(file).read_text().strip()
    return text.partition("[")[2].partition("]")[0] if "[" in text else text


def write(file: str, value: str) -> None:
    Path(file).write_text(value + "\n")


def name(file: str) -> str:
    """As the policy calls it."""
    if file.startswith(HUGE_PAGES):
        return "transparent_hugepage." + file.rsplit("/", 1)[1]
    return file.removeprefix("/proc/sys/").replace("/", ".")


def writable(file: str) -> bool:
    try:
        write(file, read(file))
    except OSError:
        return False
    return True


def spoil(test: Scenario, files: Mapping[str, str]) -> dict[str, str]:
    """Sets what can be set here, to be put back when the test ends, also when it is killed. Returns what was set."""
    before = {file: read(file) for file in files if writable(file)}
    watcher = _Watcher(before, test.world.directory)
    test.addCleanup(watcher.dismiss)
    for file, value in before.items():
        test.addCleanup(write, file, value)
        write(file, files[file])
    return {file: files[file] for file in before}


class _Watcher:
    """A forked process that puts settings back when this one is gone without having done so."""

    def __init__(self, before: Mapping[str, str], directory: Path):
        read_end, self._write_end = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            # Nobody else's pipe is to be kept open: the guard of the world waits for one.
            os.closerange(read_end + 1, 4096)
            os.closerange(3, read_end)
            _watch(read_end, before, directory)
        os.close(read_end)

    def dismiss(self) -> None:
        os.write(self._write_end, b".")
        os.close(self._write_end)
        os.waitpid(self._pid, 0)


def _watch(read_end: int, before: Mapping[str, str], directory: Path) -> None:
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if os.read(read_end, 1):
        os._exit(0)
    # Daemons that enforce are ended by the guard of their world; one in a container a moment after its parent.
    for _ in range(300):
        if not processes.inside(directory):
            break
        time.sleep(0.1)
    for _ in range(30):
        for file, value in before.items():
            if read(file) != value:
                write(file, value)
        time.sleep(0.1)
    os._exit(0)


def of_network(file: str) -> bool:
    """Whether each network namespace has one of its own; every other setting is the machine's."""
    return file.startswith("/proc/sys/net/")


def policy(mode: str, kernel: str = "audit") -> str:
    """A host.toml whose settings of the kernel have another mode than the rest."""
    lines = [f'mode = "{mode}"', 'check_every = "1s"', f'net.ipv4.ip_local_reserved_ports.mode = "{kernel}"',
             f'fs.nr_open.mode = "{kernel}"', f'kernel.pid_max.mode = "{kernel}"']
    lines += [f'{name(file)}.mode = "{kernel}"' for file in SPOILED]
    return "\n".join(lines) + "\n"
