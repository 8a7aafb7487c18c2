"""Servers that start with too few descriptors."""

from __future__ import annotations

import platform
import resource
from pathlib import Path

# Refuses setrlimit, and prlimit64 with a new limit, as a unit with SystemCallFilter=~@resources does; reading a limit
# still works. The numbers are those of x86_64.
FILTER = '''#!/usr/bin/python3
import ctypes, os, resource, struct, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
def step(code, true, false, k):
    return struct.pack("HBBI", code, true, false, k)
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # EPERM
program = b"".join([
    step(LOAD, 0, 0, 0),         # the call's number
    step(EQUAL, 4, 0, 160),      # setrlimit
    step(EQUAL, 0, 2, 302),      # prlimit64 ...
    step(LOAD, 0, 0, 32),        # ... with a new limit: its pointer's low half
    step(EQUAL, 0, 1, 0),
    step(RETURN, 0, 0, ALLOW),
    step(RETURN, 0, 0, REFUSE),
])
held = ctypes.create_string_buffer(program)
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
wanted = Program(len(program) // 8, ctypes.addressof(held))
assert libc.prctl(22, 2, ctypes.byref(wanted)) == 0, ctypes.get_errno()  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
os.execv({binary!r}, [{binary!r}, *sys.argv[1:]])
'''

HARD = '''#!/bin/sh
ulimit -n {limit} && exec {binary} "$@"
'''


def may_not_raise(directory: Path, binary: Path, soft: int) -> Path | None:
    """A program that runs `binary` with a low soft limit, which it may not raise itself, below a high hard one. None
    where that cannot be arranged."""
    if platform.machine() != "x86_64":
        return None
    return _script(directory / "may-not-raise", FILTER.format(soft=soft, binary=str(binary)))


def low_hard_limit(directory: Path, binary: Path, limit: int) -> Path:
    """A program that runs `binary` after `ulimit -n`."""
    return _script(directory / "low-hard-limit", HARD.format(limit=limit, binary=binary))


def may_raise_hard_limits() -> bool:
    capable = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff:"))
    return bool(int(capable.split()[1], 16) >> 24 & 1)  # CAP_SYS_RESOURCE


def room_for_clients() -> int:
    """As many as this process may open, some for everything else left aside."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200


def _script(file: Path, text: str) -> Path:
    file.write_text(text)
    file.chmod(0o755)
    return file
