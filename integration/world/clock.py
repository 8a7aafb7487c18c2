"""A wall clock that the test sets, for one program. The machine's own is never touched, and what the kernel does when that
one is set is therefore not tested."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from unittest import SkipTest

SOURCE = Path(__file__).with_name("stepped_clock.c")


class Clock:
    def __init__(self, directory: Path):
        compiler = shutil.which("cc") or shutil.which("gcc")
        if not compiler:
            raise SkipTest("no C compiler")
        self._file = directory / "seconds-ahead"
        self.step(0)
        library = directory / "stepped_clock.so"
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self.environment = {"LD_PRELOAD": str(library), "STEPPED_CLOCK": str(self._file)}

    def step(self, seconds_ahead: int) -> None:
        """From now on it is that far ahead of the machine's, or behind it."""
        with open(self._file, "r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds_ahead))
