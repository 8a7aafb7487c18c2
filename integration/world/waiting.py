"""Waiting for conditions instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from world.resp import ServerError

T = TypeVar("T")


def until(condition: Callable[[], T], timeout: float, what: str, pause: float = 0.01) -> T:
    """The first true value of `condition`. A server that refuses or does not answer means "not yet"."""
    deadline = time.monotonic() + timeout
    last = ""
    while True:
        try:
            if result := condition():
                return result
            last = ""
        except (OSError, ServerError) as error:
            last = f" (last answer: {error})"
        if time.monotonic() >= deadline:
            raise AssertionError(f"waited {timeout:g} s in vain until {what}{last}")
        time.sleep(pause)


def stays(condition: Callable[[], bool], seconds: float, what: str, pause: float = 0.05) -> None:
    """Fails as soon as `condition` is false within the next `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition():
            left = deadline - time.monotonic()
            raise AssertionError(f"did not stay so: {what} ({seconds - left:.2f} s into {seconds:g} s)")
        time.sleep(pause)
