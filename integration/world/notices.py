"""What the kernel tells about changes of directories (inotify), so that something can be done at the nth of them."""

from __future__ import annotations

import ctypes
import os
import select
import struct
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

_CREATE, _MOVED_FROM, _MOVED_TO, _DELETE, _CLOSE_WRITE = 0x100, 0x40, 0x80, 0x200, 0x8
_NAMES = {_CREATE: "made", _MOVED_FROM: "moved away", _MOVED_TO: "moved here", _DELETE: "gone", _CLOSE_WRITE: "written"}
_libc = ctypes.CDLL(None, use_errno=True)


class Notices:
    """Of the directories that exist when it is entered."""

    def __init__(self, *directories: Path):
        self._directories = directories
        self._fd = -1

    def __enter__(self) -> Notices:
        self._fd = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._fd >= 0, os.strerror(ctypes.get_errno())
        for directory in self._directories:
            if directory.is_dir():
                watch = _libc.inotify_add_watch(self._fd, os.fsencode(directory), sum(_NAMES))
                assert watch >= 0, os.strerror(ctypes.get_errno())
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None,
                 _trace: TracebackType | None) -> None:
        os.close(self._fd)

    def wait(self, count: int, enough: Callable[[], bool], timeout: float = 30) -> list[str]:
        """Until so many changes were told, or `enough`; what they were, no more than that."""
        seen: list[str] = []
        until = time.monotonic() + timeout
        while len(seen) < count:
            assert time.monotonic() < until, f"only {seen} happened"
            if not select.select([self._fd], [], [], 0.02)[0]:
                if enough():
                    return seen
                continue
            data = os.read(self._fd, 1 << 16)
            while data and len(seen) < count:
                _, mask, _, length = struct.unpack_from("iIII", data)
                name = data[16:16 + length].rstrip(b"\0").decode()
                seen += [f"{name} {word}" for bit, word in _NAMES.items() if mask & bit]
                data = data[16 + length:]
        return seen
