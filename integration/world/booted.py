"""A booted host: Debian under systemd, in a container with a network of its own, with slotwarden from its package."""

from __future__ import annotations

import ctypes
import json
import os
import shlex
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import SkipTest

from world.cluster import Cluster
from world.hosts import Host, Namespace
from world.resp import Client
from world.scenario import Scenario
from world.servers import Server, program_of
from world.waiting import until
from world.warden import Warden, tail
from world.world import World, build_directory

# Of this machine's Debian, or of the one that SLOTWARDEN_RELEASE names.
RELEASE = os.environ.get("SLOTWARDEN_RELEASE", "")
_SUFFIX = f"-{RELEASE}" if RELEASE else ""
IMAGE = build_directory() / f"image{_SUFFIX}"
PACKAGES = build_directory() / f"package{_SUFFIX}"
BOOTED = ("running", "degraded")
CLONE_NEWNS = 0x00020000

_libc = ctypes.CDLL(None, use_errno=True)


def required() -> None:
    """Skips the test where no host can be booted, saying why. CI can: there it fails."""
    if why := missing():
        if os.environ.get("CI") == "true":
            raise AssertionError(f"{why}; in CI a host must boot")
        raise SkipTest(why)


def missing() -> str:
    """Why no host can be booted here; empty if one can."""
    if os.geteuid() != 0:
        return "only root can boot a host"
    for program in ("systemd-nspawn", "nsenter", "unshare", "dpkg-deb"):
        if not shutil.which(program):
            return f"no {program}: ./dev deps image"
    if not (IMAGE / "etc/os-release").exists() or not list(PACKAGES.glob("slotwarden_*.deb")):
        return f"no {IMAGE}: ./dev image {RELEASE}".rstrip()
    tried = subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", "true"], capture_output=True, text=True)
    return f"namespaces are forbidden here: {tried.stderr.strip()}" if tried.returncode else ""


def server_program(world: World) -> Path | None:
    """The redis-server of the booted hosts, to be run on this machine: an older one cannot read what a newer one sends.
    None where both are of one release."""
    if not RELEASE:
        return None
    program = world.directory / "redis-server"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(program_of(IMAGE, "redis-server"))} "$@"\n')
    program.chmod(0o755)
    return program


class BootedServer(Server):
    """Its files lie on the booted host, below /srv/redis; the names inside of it are those without the root."""

    def write_config(self) -> None:
        super().write_config()
        root = self.home.parents[2]
        text = self.config.read_text().replace(f"{root}/", "/")
        self.config.write_text(text)
        owner = account(root, "redis")
        for path in (self.home, self.config, self.data):
            os.chown(path, owner, owner)

    def pid(self) -> int | None:
        """As the booted host counts."""
        return int(self.info("server")["process_id"])

    def signal(self, number: int) -> int:
        raise AssertionError("ask the booted host")


def account(root: Path, name: str) -> int:
    lines = [it.split(":") for it in (root / "etc/passwd").read_text().splitlines()]
    return next(int(it[2]) for it in lines if it[0] == name)


class BootedHost:
    """One host, made of the image and not booted yet, alone or on the network of a world's Host. close() it before its
    world."""

    def __init__(self, world: World, place: Host | None = None):
        self.world = world
        self.network = place or Namespace()
        self._own_network = place is None
        self.name = place.name if place else "booted"
        directory = world.directory / self.name
        directory.mkdir()
        self.root = directory / "root"
        self.console = directory / "console.log"
        self._container: subprocess.Popen[bytes] | None = None
        self._leader = 0
        self._written = _layer(IMAGE, self.root, directory / "written")
        (self.root / "etc/hostname").write_text(f"{self.name}\n")
        # Most settings of the kernel are this machine's, and not to be changed: a test that does puts them back.
        self.set_policy("host", 'mode = "audit"\n')

    def close(self) -> None:
        self.cut_power()
        if self._written != self.root:
            subprocess.run(["umount", "--lazy", self.root], check=True)
        if self._own_network:
            self.network.close()

    # Power.

    def boot(self, timeout: float = 120, memory_groups: bool = False) -> None:
        """`memory_groups`: its systemd limits memory, by control groups of version 1."""
        # In a PID namespace of its own: whatever ends `unshare` ends everything in the host.
        command = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "systemd-nspawn", "-q",
                   f"--directory={self.root}/", "--register=no", "--keep-unit", "--boot"]
        environment = os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "0" if memory_groups else "1"}
        with open(self.console, "ab") as console, self.network.inside():
            self._container = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                                               cwd="/", env=environment, start_new_session=True)
        self.world.children.append(self._container)
        until(self._booted, timeout, "the host has booted", pause=0.1)
        if memory_groups:
            # Containers have the controllers read-only, and systemd finds out once.
            self.run("mount", "-o", "remount,bind,rw", "/sys/fs/cgroup/memory")
            self.run("systemctl", "daemon-reexec")

    def _booted(self) -> bool:
        assert self._container
        if (code := self._container.poll()) is not None:
            raise AssertionError(f"the host did not boot ({code}):\n{tail(self.console, 20)}")
        # unshare, then nspawn, then the host's first process.
        found = [self._container.pid]
        for _ in range(2):
            children = Path(f"/proc/{found[-1]}/task/{found[-1]}/children").read_text().split()
            if not children:
                return False
            found.append(int(children[0]))
        self._leader = found[-1]
        return self.run("systemctl", "is-system-running", check=False).strip() in BOOTED

    def power_off(self, timeout: float = 120) -> None:
        """As a person does it: the host stops everything in its order."""
        assert self._container
        self.run("systemctl", "--no-block", "poweroff")
        self._container.wait(timeout)

    def cut_power(self) -> None:
        if self._container:
            self._container.kill()
            self._container.wait()

    # Inside.

    def run(self, *command: object, check: bool = True, timeout: float = 120) -> str:
        """What it printed. Fails with it when it fails and `check` is set."""
        enter = ["nsenter", f"--target={self._leader}", "--mount", "--uts", "--ipc", "--net", "--pid",
                 "--cgroup", "--root", "--wd"]
        done = subprocess.run([*enter, *map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def shown(self, unit: str, name: str) -> str:
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).strip()

    def install(self, package: Path) -> str:
        shutil.copy(package, self.root / "root" / package.name)
        return self.run("dpkg", "--install", f"/root/{package.name}")

    def kill(self, pid: int) -> None:
        self.run("kill", "-KILL", pid)

    def set_policy(self, name: str, text: str) -> None:
        (self.root / f"etc/slotwarden/policies/{name}.toml").write_text(text)

    def open_kernel(self) -> None:
        """Containers have the kernel's settings read-only; from here on they are as on a host."""
        self.run("mount", "-o", "remount,rw", "/sys")
        self.run("mount", "-o", "remount,bind,rw", "/proc/sys")

    @property
    def socket(self) -> Path:
        return Path(f"/proc/{self._leader}/root/run/slotwarden/control.sock")

    def report(self) -> str:
        """What its journal says, also when it is switched off."""
        read = subprocess.run(["journalctl", "-q", "--no-pager", "--lines=120", "--output=short-precise",
                               f"--directory={self._written}/var/log/journal"], capture_output=True, text=True)
        return f"--- {self.root}: journal ---\n{read.stdout or read.stderr}\n{tail(self.console, 10)}"


def _layer(image: Path, root: Path, written: Path) -> Path:
    """Makes `root` look like a copy of the image. Returns where what is written into it lies.

    The mount is seen by this process and its children only and is gone with them, however they end. Where the file
    system does not bear layers it is a copy indeed."""
    if _libc.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    above, work = written / "above", written / "work"
    for path in (root, above, work):
        path.mkdir(parents=True)
    layers = f"lowerdir={image},upperdir={above},workdir={work}"
    done = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, root], capture_output=True)
    if done.returncode == 0:
        return above
    root.rmdir()
    subprocess.run(["cp", "-a", "--reflink=auto", image, root], check=True)
    return root


class BootedWarden(Warden):
    """The daemon of a booted host, run by its systemd."""

    def __init__(self, host: BootedHost, servers: list[Server]):
        self.host = host
        self.world = host.world
        self.servers = servers
        self.log = host.console
        self._daemon = None

    @property
    def socket(self) -> Path:  # type: ignore[override]
        return self.host.socket

    @property
    def pid(self) -> int:
        return int(self.host.shown("slotwarden", "MainPID"))

    def write_config(self, extra: str = "") -> None:
        directory = self.host.root / "etc/slotwarden/conf.d"
        for server in self.servers:
            config = "/" + str(server.config.relative_to(self.host.root))
            (directory / f"{server.port}.toml").write_text(
                f'[[instance]]\nport = {server.port}\nconfig = "{config}"\nuser = "redis"\n'
                f'server = "{server.binary}"\n')

    def ctl(self, *arguments: object, timeout: float = 120) -> tuple[int, Any]:
        told = self.host.run("slotwardenctl", "--json", *arguments, check=False, timeout=timeout)
        with suppress(ValueError):
            return 0, json.loads(told)
        return 1, told

    def answers(self) -> bool:
        with Client(self.socket, timeout=5) as client:
            return bool(client.call("PING") == "PONG")

    def report(self) -> str:
        return self.host.report()


def server_on(host: BootedHost, binary: str = "/usr/bin/redis-server", **options: str) -> Server:
    """A configured server of this host that does not run yet."""
    port = host.world.ports(1)[0]
    given = {key.replace("_", "-"): value for key, value in options.items()}
    made = BootedServer(port, host.root / "srv/redis" / str(port), Path(binary), given, place=host.network)
    made.write_config()
    return made


def cluster_on(host: BootedHost, masters: int = 3, **options: str) -> Cluster:
    """Servers of one cluster, all on this host, not running yet: masters first, then a replica of each."""
    given = {"cluster_node_timeout": "15000", "save": "3600 1"} | options
    return Cluster([server_on(host, **given) for _ in range(masters * 2)], masters, 15000)


def next_version(package: Path, into: Path) -> Path:
    """The same package under a higher version."""
    tree = into / "next"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    lines = [f"{it}+next" if it.startswith("Version:") else it for it in control.read_text().splitlines()]
    control.write_text("\n".join(lines) + "\n")
    made = into / "slotwarden-next.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, made], check=True, stdout=subprocess.DEVNULL)
    return made


class OnABootedHost(Scenario):
    """A story on one host that has booted with the package installed."""

    needs_slotwarden = False  # of this machine's build: the host has its own

    def setUp(self) -> None:
        required()
        super().setUp()
        self.host = BootedHost(self.world)
        self.addCleanup(self.host.close)
        self.host.boot()
        self.tell("a host has booted")
