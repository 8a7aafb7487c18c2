"""Several hosts on one switch: network namespaces, each with an address, its own servers and its own daemon.

A namespace lives as long as this process holds it open or something runs in it: nothing has to be removed afterwards.
Threads enter one for the time of a `with host.inside()`; connections and processes made there stay there.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import SkipTest

CLONE_NEWNET = 0x40000000
MINE = "/proc/thread-self/ns/net"

_libc = ctypes.CDLL(None, use_errno=True)


class Place:
    """Where servers, daemons and clients can be. By itself: this machine, on loopback."""

    address = "127.0.0.1"

    @contextmanager
    def inside(self) -> Iterator[None]:
        yield


HERE = Place()


class Namespace(Place):
    """A network of its own in which only loopback is up."""

    def __init__(self) -> None:
        own = os.open(MINE, os.O_RDONLY)
        try:
            if _libc.unshare(CLONE_NEWNET) != 0:
                raise SkipTest(f"no network namespace can be made: {os.strerror(ctypes.get_errno())}")
            self._namespace = os.open(MINE, os.O_RDONLY)
            _ip("link set lo up")
        finally:
            _enter(own)
            os.close(own)

    @contextmanager
    def inside(self) -> Iterator[None]:
        before = os.open(MINE, os.O_RDONLY)
        try:
            _enter(self._namespace)
            yield
        finally:
            _enter(before)
            os.close(before)

    @property
    def path(self) -> str:
        return f"/proc/{os.getpid()}/fd/{self._namespace}"

    def close(self) -> None:
        os.close(self._namespace)


class Host(Namespace):
    """One of the hosts of a Network."""

    def __init__(self, switch: Namespace, number: int):
        super().__init__()
        self.name = f"host{number + 1}"
        self.address = f"10.77.0.{number + 1}"
        self._switch = switch
        with switch.inside():
            _ip(f"link add name {self.name} type veth peer name eth0 netns {self.path}",
                f"link set {self.name} master switch up")
        with self.inside():
            _ip(f"addr add {self.address}/24 dev eth0", "link set eth0 up")

    def unplug(self) -> None:
        """Its cable is drawn: it hears nobody, and nobody hears it."""
        with self._switch.inside():
            _ip(f"link set {self.name} down")

    def plug(self) -> None:
        with self._switch.inside():
            _ip(f"link set {self.name} up")

    def drop(self, *, arriving: str = "", leaving: str = "") -> None:
        """What matches on the cable is lost without a word until mend(): "ip saddr 10.77.0.2", "meta skuid 0", … (nft)"""
        chains = (("input", "iifname eth0", arriving), ("output", "oifname eth0", leaving))
        rules = "".join(f"chain {hook} {{ type filter hook {hook} priority 0; {cable} {match} drop; }}\n"
                        for hook, cable, match in chains if match)
        self._filter(f"table ip faults {{\n{rules}}}\n")

    def mend(self) -> None:
        self._filter("flush ruleset\n")

    def _filter(self, rules: str) -> None:
        if not shutil.which("nft"):
            raise SkipTest("no nft (Debian: nftables)")
        with self.inside():
            done = subprocess.run(["nft", "-f", "-"], input=rules, capture_output=True, text=True)
        if done.returncode:
            raise SkipTest(f"this kernel does not drop packets for us: {done.stderr.strip()}")


class Network:
    """Hosts that reach each other through one switch. The machine itself is not on it."""

    def __init__(self, hosts: int):
        self._switch = Namespace()
        with self._switch.inside():
            _ip("link add name switch type bridge", "link set switch up")
        self.hosts = [Host(self._switch, n) for n in range(hosts)]

    def close(self) -> None:
        for namespace in [self._switch, *self.hosts]:
            namespace.close()


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*commands: str) -> None:
    done = subprocess.run(["ip", "-batch", "-"], input="\n".join(commands) + "\n", capture_output=True, text=True)
    if done.returncode:
        raise SkipTest(f"ip {commands}: {done.stderr.strip()}")
