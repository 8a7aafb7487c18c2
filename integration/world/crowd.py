"""Many idle clients of one server, who would notice anything that happened to it."""

from __future__ import annotations

from world.resp import Client
from world.servers import Server


class Crowd:
    """Connected while it lasts. Each remembers who the server said that it is."""

    def __init__(self, server: Server, count: int = 100):
        self.server = server
        self.clients: list[Client] = [server.client(timeout=10) for _ in range(count)]
        self.ids = self._ask()
        self.pid = server.pid()

    def _ask(self) -> list[int]:
        return [int(it.call("CLIENT", "ID")) for it in self.clients]

    def unmoved(self) -> bool:
        """Every connection is the one that it was, and the process too."""
        return self._ask() == self.ids and self.server.pid() == self.pid

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.clients:
            client.close()
