"""What a unit file with Restart=always does."""

from __future__ import annotations

import threading

from world.servers import Server


class NaiveRestarter:
    """Waits for the exit and starts again at once."""

    def __init__(self, servers: list[Server], pause: float = 0.0):
        self._ending = threading.Event()
        self._pause = pause
        for server in servers:
            threading.Thread(target=self._keep_up, args=(server,), daemon=True).start()

    def _keep_up(self, server: Server) -> None:
        while not self._ending.is_set():
            server.wait()
            if not self._ending.wait(self._pause):
                server.start()

    def stop(self) -> None:
        self._ending.set()
