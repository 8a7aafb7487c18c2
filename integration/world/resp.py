"""A small RESP2 client: TCP, TLS or a unix socket. Text in, text out."""

from __future__ import annotations

import select
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Reply = Any  # str, int, None or a list of these; ServerError inside pipelines
Address = tuple[str, int] | Path


class ServerError(Exception):
    """An error reply: the connection is fine, the request was refused."""

    @property
    def code(self) -> str:
        return str(self).split(" ", 1)[0]


class Disconnected(OSError):
    """The other side closed the connection, or did not speak RESP."""


@dataclass(frozen=True)
class Tls:
    ca: Path
    certificate: Path
    key: Path

    def wrap(self, plain: socket.socket) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.ca))
        context.check_hostname = False  # as between the servers themselves
        context.load_cert_chain(self.certificate, self.key)
        return context.wrap_socket(plain)


@dataclass(frozen=True)
class Access:
    """How clients get in."""

    password: str = ""
    user: str = ""
    tls: Tls | None = None


OPEN = Access()


def encode(command: tuple[Any, ...]) -> bytes:
    parts = [str(part).encode() for part in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)


class Client:
    """One connection. Any OSError closes it: a late reply can never be taken for the next one."""

    def __init__(self, at: Address, access: Access = OPEN, timeout: float = 2.0):
        if isinstance(at, Path):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.settimeout(timeout)
            self._dial(str(at))
        else:
            self._socket = socket.create_connection(at, timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if access.tls:
                self._socket = access.tls.wrap(self._socket)
            self._replies = self._socket.makefile("rb")
            if access.password:
                self.call(*(("AUTH", access.user, access.password) if access.user else ("AUTH", access.password)))
        except BaseException:
            self._socket.close()
            raise

    def _dial(self, path: str) -> None:
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise

    def call(self, *command: Any) -> Reply:
        reply = self.pipeline([command])[0]
        if isinstance(reply, ServerError):
            raise reply
        return reply

    def pipeline(self, commands: list[tuple[Any, ...]]) -> list[Reply]:
        """One reply for each command; refusals are ServerError values, not raised."""
        try:
            self._socket.sendall(b"".join(map(encode, commands)))
            return [self._read() for _ in commands]
        except OSError:
            self.close()
            raise

    def stale(self) -> bool:
        """Whether the other side has closed it: between requests nothing else can make it readable."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def timeout(self, seconds: float) -> None:
        self._socket.settimeout(seconds)

    def close(self) -> None:
        try:
            self._replies.close()
        except (AttributeError, OSError):
            pass
        self._socket.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> Reply:
        line = self._replies.readline()
        if not line.endswith(b"\r\n"):
            raise Disconnected("connection closed")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return ServerError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return self._bulk(int(rest))
        if kind == b"*":
            return None if rest == b"-1" else [self._read() for _ in range(int(rest))]
        raise Disconnected(f"not RESP: {line[:40]!r}")

    def _bulk(self, size: int) -> str | None:
        if size < 0:
            return None
        data = self._replies.read(size + 2)
        if len(data) != size + 2:
            raise Disconnected("connection closed in the middle of a reply")
        return data[:-2].decode(errors="surrogateescape")
