"""One temporary directory with servers in it, and the promise that nothing of it is left running."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from world import processes
from world.cluster import Cluster
from world.hosts import HERE, Host, Network, Place
from world.ports import Ports
from world.resp import OPEN, Access, Tls
from world.servers import PERSISTENCE, Server, redis_binary

REPOSITORY = Path(__file__).resolve().parents[2]


def build_directory() -> Path:
    return Path(os.environ.get("SLOTWARDEN_BUILD") or REPOSITORY / "build")


class World:
    def __init__(self, name: str = "world", keep: bool = False):
        self.keep = keep or bool(os.environ.get("SLOTWARDEN_KEEP"))
        # Short: the control socket's path must fit into 107 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix=f"sw-{name[:20]}-", dir="/tmp"))
        self._guard = processes.Guard(self.directory, self.keep)
        self._ports = Ports()
        self._networks: list[Network] = []
        self.servers: list[Server] = []
        self.children: list[subprocess.Popen[bytes]] = []  # daemons of ours, to be reaped

    def ports(self, count: int) -> list[int]:
        return self._ports.take(count)

    def hosts(self, count: int) -> list[Host]:
        """Hosts on a network of their own."""
        self._networks.append(Network(count))
        return self._networks[-1].hosts

    def server(self, binary: Path | None = None, access: Access = OPEN, place: Place = HERE, **options: str) -> Server:
        """A configured server that does not run yet. Options by their names, with _ for -."""
        binary = binary or redis_binary()
        assert binary, "no redis-server; set SLOTWARDEN_REDIS"
        port = self.ports(1)[0]
        given = {key.replace("_", "-"): value for key, value in options.items()}
        made = Server(port, self.directory / str(port), binary, given, access, place)
        made.write_config()
        self.servers.append(made)
        return made

    def cluster(self, masters: int = 3, replicas: int = 1, *, node_timeout_ms: int = 15000, persistence: str = "none",
                binary: Path | None = None, access: Access = OPEN, places: Sequence[Place] = (HERE,),
                **options: str) -> Cluster:
        """Servers for a cluster, not running yet: start them and then form() it. First the masters, then a replica of
        each, in the same order; they go to `places` in turn."""
        given = {"cluster_node_timeout": str(node_timeout_ms)} | {
            key.replace("-", "_"): value for key, value in PERSISTENCE[persistence].items()} | options
        made = [self.server(binary, access, places[n % len(places)], **given) for n in range(masters * (1 + replicas))]
        return Cluster(made, masters, node_timeout_ms)

    def close(self) -> None:
        """Ends every process of this world; removes the directory unless it is to be kept."""
        processes.end_all(self.directory)
        for child in self.children:
            child.wait()
        for server in self.servers:
            with suppress(AssertionError):
                server.wait()
        self._guard.dismiss()
        for network in self._networks:
            network.close()
        self._ports.close()
        if self.keep:
            print(f"kept {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)

    def release(self) -> None:
        """Leaves everything running and the directory in place, for a person to end."""
        self._guard.dismiss()
        self._ports.close()


def start_directly(cluster: Cluster) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Server.start, cluster.servers))


def certificates(directory: Path) -> Tls:
    """A private authority and one certificate that every server and client of the test shows."""
    directory.mkdir(parents=True)

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority",
            "-keyout", "ca.key", "-out", "ca.crt")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", "node.key", "-out", "node.csr")
    openssl("x509", "-req", "-in", "node.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-out", "node.crt")
    return Tls(directory / "ca.crt", directory / "node.crt", directory / "node.key")
