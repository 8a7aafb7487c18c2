"""Hosts whose wardens know each other: certificates, generations as they lie on a disk, and a sender of our own that
keeps no rule."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

from world.cluster import Cluster, Shard
from world.hosts import Place
from world.resp import encode
from world.scenario import Scenario
from world.servers import Server
from world.waiting import until
from world.warden import NO_BACKUPS, Warden
from world.world import build_directory

PORT = 6780
PIECE = 256 * 1024
ANY_DISK = "least_free_percent = 0\n"  # of this machine's


def certify(directory: Path, cluster: str, *hosts: str) -> Path:
    """An authority and a certificate for each host, by slotwardenctl."""
    for words in (["init", cluster], *(["issue", host] for host in hosts)):
        subprocess.run([build_directory() / "slotwardenctl", "cert", *words, "--directory", directory], check=True,
                       stdout=subprocess.DEVNULL)
    return directory


def host_lines(certificates: Path, host: str, **more: str) -> str:
    lines = {"peer_listen": '"0.0.0.0"', "peer_certificate": f'"{certificates / host}.pem"',
             "peer_authority": f'"{certificates / "authority.crt"}"'} | more
    return "".join(f"{key} = {value}\n" for key, value in lines.items())


def fill(server: Server, shard: Shard, keys: range, mark: str = "", size: int = 500) -> None:
    """Values that nothing compresses, each its own."""
    tag = shard.tags(1)[0]
    with server.client(timeout=30) as client:
        for first in range(keys.start, keys.stop, 500):
            part = range(first, min(first + 500, keys.stop))
            client.pipeline([("SET", f"{{{tag}}}{n}", _noise(f"{n} {mark}", size)) for n in part])


def _noise(seed: str, size: int) -> str:
    text = ""
    while len(text) < size:
        text += hashlib.sha512(f"{seed} {len(text)}".encode()).hexdigest()
    return text[:size]


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def generations(server: Server) -> list[dict[str, Any]]:
    """The notes beside its data, oldest first."""
    found = []
    for note in sorted((server.data / "slotwarden-kept").glob("*.json")):
        told = json.loads(note.read_text())
        if told["why"] == "saved":
            found.append(told | {"file": note.with_suffix("")})
    return found


def node_id(server: Server) -> str:
    return str(server.call("CLUSTER", "MYID"))


def save(server: Server) -> Path:
    """A dump of what is in it now, and that kept as a generation of this very process."""
    server.call("SAVE", timeout=60)
    info = server.info()
    folder = server.data / "slotwarden-kept"
    folder.mkdir(exist_ok=True)
    # Sorted by their names, generations are sorted by age.
    kept = folder / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{time.monotonic_ns()}.rdb"
    shutil.copyfile(server.dump, kept)
    role = "master" if info["role"] == "master" else "replica"
    shard = node_id(server) if role == "master" else next(
        it.master for it in Cluster([server], 1, 0).nodes(server).values() if "myself" in it.flags)
    note = {"aof": False, "kept_unix_ms": time.time_ns() // 10**6, "why": "saved", "who": "a test", "port": server.port,
            "node": node_id(server), "shard": shard, "state": "valid", "detail": "", "size": kept.stat().st_size,
            "replid": info["master_replid"], "offset": int(info["slave_repl_offset" if role == "replica"
                                                                else "master_repl_offset"]),
            "keys": server.keys(), "keys_with_expiry": 0, "saved_unix": int(info["rdb_last_save_time"]),
            "sha256": sha256(kept), "saved_by": node_id(server), "run_id": info["run_id"]}
    kept.with_suffix(".rdb.json").write_text(json.dumps(note))
    return kept


class Hosts(Scenario):
    """Two hosts. The replica of each master is on the other one; nothing is saved by itself."""

    def prepare(self, cluster: Cluster) -> None:
        """Before anything runs."""

    def two_hosts(self, **more: str) -> tuple[Cluster, list[Warden]]:
        hosts = self.world.hosts(2)
        cluster = self.world.cluster(places=hosts, node_timeout_ms=3000)
        self.prepare(cluster)
        self.certificates = certify(self.world.directory / "tls", "shop", "host1", "host2")
        wardens = []
        for n, place in enumerate(hosts, 1):
            kept = [it for it in cluster.servers if it.place is place]
            lines = host_lines(self.certificates, f"host{n}", **more)
            wardens.append(self.warden(kept, name=f"host{n}", place=place, host=lines,
                                       policies={"storage": NO_BACKUPS + ANY_DISK}).start())
        cluster.form()
        for warden in wardens:
            warden.wait_running()
            self.settle(warden, cluster)
        self.tell("two hosts, the replica of each master on the other")
        return cluster, wardens

    def of(self, wardens: list[Warden], server: Server) -> Warden:
        return next(it for it in wardens if server in it.servers)

    def received(self, server: Server, sent: Path, timeout: float = 60) -> Path:
        """Until what was sent is kept beside this server's data. It is the very same."""
        wanted = sha256(sent)
        found = until(lambda: [it for it in generations(server) if it.get("sha256") == wanted], timeout,
                      f"{sent.name} is kept beside the data of {server.port}")
        self.assertEqual(sha256(found[0]["file"]), wanted)
        return Path(found[0]["file"])


class Sender:
    """Speaks to a warden as another one would, and says what it likes."""

    def __init__(self, at: Place, to: Place, certificates: Path, host: str, timeout: float = 60):
        context = ssl.create_default_context(cafile=str(certificates / "authority.crt"))
        context.check_hostname = False
        context.load_cert_chain(certificates / f"{host}.pem")
        with at.inside():
            raw = socket.create_connection((to.address, PORT), timeout)
        self.socket = context.wrap_socket(raw)
        self._replies = self.socket.makefile("rb")

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """As a cut cable and a reboot would: without a word."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._replies.close()
        self.socket.close()

    def greet(self, *words: object) -> Sender:
        """Until this offer is accepted: the receiver looks at the cluster every few seconds only."""
        self.say("HELLO", 1)
        until(lambda: self.say(*words) == "", 30, "the offer is accepted", pause=0.2)
        return self

    def raw(self, data: bytes) -> None:
        self.socket.sendall(data)

    def say(self, *words: object) -> str:
        """The reply, an error's text with its "-"; empty when the connection was closed."""
        parts = [it if isinstance(it, bytes) else str(it).encode() for it in words]
        self.raw(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
        return self.reply()

    def reply(self) -> str:
        line = self._replies.readline().decode().rstrip("\r\n")
        if line.startswith("$"):
            text = self._replies.read(int(line[1:]) + 2)[:-2].decode()
            return text
        return line.lstrip(":+")


def offer(source: Server, target: Server, file: Path, **other: object) -> list[object]:
    """The words that offer it, with some of them changed."""
    told = json.loads(file.with_suffix(".rdb.json").read_text())
    words = {"from": node_id(source), "to": node_id(target), "shard": told["shard"], "replid": told["replid"],
             "offset": told["offset"], "saved": told["saved_unix"], "keys": told["keys"], "size": file.stat().st_size,
             "sha256": sha256(file), "run_id": told["run_id"]} | other
    return ["OFFER", *words.values()]


__all__ = ["Hosts", "Sender", "certify", "encode", "fill", "generations", "node_id", "offer", "save", "sha256"]
