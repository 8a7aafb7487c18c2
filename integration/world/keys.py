"""Keys of one shard, the same ones whenever they are asked for."""

from __future__ import annotations

from world.cluster import Shard
from world.resp import ServerError
from world.servers import Server


def _name(shard: Shard, number: int) -> str:
    return f"{{{shard.tags(1)[0]}}}:{number}"


def fill(server: Server, shard: Shard, count: int, value: str = "x" * 40) -> None:
    """Sets the first `count` of them."""
    with server.client(timeout=20) as client:
        for reply in client.pipeline([("SET", _name(shard, n), f"{value}{n}") for n in range(count)]):
            if isinstance(reply, ServerError):
                raise reply


def filled(server: Server, shard: Shard, count: int, value: str = "x" * 40) -> int:
    """How many of the first `count` it holds as they were set."""
    with server.client(timeout=20) as client:
        replies = client.pipeline([("GET", _name(shard, n)) for n in range(count)])
    return sum(reply == f"{value}{n}" for n, reply in enumerate(replies))
