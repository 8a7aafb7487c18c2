"""Settings of the kernel of this machine: read, spoiled, and put back whatever happens."""

from __future__ import annotations

import unittest
from collections.abc import Mapping
from pathlib import Path

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


def spoil(test: unittest.TestCase, files: Mapping[str, str]) -> dict[str, str]:
    """Sets what can be set here, to be put back when the test ends. Returns what was set."""
    done = {}
    for file, value in files.items():
        if not writable(file):
            continue
        test.addCleanup(write, file, read(file))
        write(file, value)
        done[file] = value
    return done


def policy(mode: str, kernel: str = "audit") -> str:
    """A host.toml whose settings of the kernel have another mode than the rest."""
    lines = [f'mode = "{mode}"', 'check_every = "1s"', f'net.ipv4.ip_local_reserved_ports.mode = "{kernel}"',
             f'fs.nr_open.mode = "{kernel}"', f'kernel.pid_max.mode = "{kernel}"']
    lines += [f'{name(file)}.mode = "{kernel}"' for file in SPOILED]
    return "\n".join(lines) + "\n"
