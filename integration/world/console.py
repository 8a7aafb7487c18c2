"""slotwardenctl as a person at a terminal uses it: keys go in, and what is on the screen is waited for."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from world.waiting import until

UP = "\x1b[A"
TAB = "\t"
INTERRUPT = "\x03"
END_OF_INPUT = "\x04"


class Console:
    """A program on a pseudo-terminal. What was shown before the last expect() is not looked at again."""

    def __init__(self, command: Sequence[str | Path], home: Path):
        self._terminal, other = pty.openpty()
        environment = os.environ | {"HOME": str(home), "TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        # A session of its own with the terminal as its own, so that Ctrl-C reaches the program.
        self._program = subprocess.Popen(["setsid", "--ctty", "--wait", *command], stdin=other, stdout=other, stderr=other,
                                         cwd=home, env=environment, start_new_session=True)
        os.close(other)
        self._unread = ""

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def enter(self, line: str) -> None:
        self.type(line + "\r")

    def edit(self, keys: str) -> None:
        """Of keys that mean something to the line editor. Before it has taken the terminal over, which it does after its
        prompt, the terminal itself would take them."""
        until(lambda: not termios.tcgetattr(self._terminal)[3] & termios.ICANON, 10, "keys are read one by one")
        self.type(keys)

    def end_input(self) -> None:
        """Ctrl-D."""
        self.edit(END_OF_INPUT)

    def expect(self, text: str, timeout: float = 10) -> str:
        """Until `text` was shown. Returns what was shown up to its end."""
        deadline = time.monotonic() + timeout
        while text not in self._unread:
            if not self._read(deadline - time.monotonic()):
                raise AssertionError(f"waited {timeout:g} s in vain for {text!r}; shown since: {self._unread!r}")
        shown, _, self._unread = self._unread.partition(text)
        return shown + text

    def ends(self, timeout: float = 10) -> int:
        """Until the program has ended. Returns its exit code."""
        deadline = time.monotonic() + timeout
        while self._read(deadline - time.monotonic()):
            pass
        if time.monotonic() >= deadline:
            raise AssertionError(f"waited {timeout:g} s in vain for the end; shown since: {self._unread!r}")
        return self._program.wait(10)

    def close(self) -> None:
        os.close(self._terminal)  # the kernel then hangs up on the program
        self._program.wait()

    def _read(self, timeout: float) -> bool:
        """False at the end, or when nothing came in time."""
        if not select.select([self._terminal], [], [], max(0.0, timeout))[0]:
            return False
        try:
            got = os.read(self._terminal, 65536)
        except OSError:  # EIO: the program has closed the terminal
            return False
        self._unread += got.decode(errors="replace")
        return bool(got)
