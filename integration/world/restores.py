"""Restores that take longer than the cluster waits for a master, and what its replicas are told meanwhile."""

from __future__ import annotations

import subprocess

from world.cluster import Cluster
from world.servers import Server
from world.warden import Warden
from world.world import build_directory

BACKUPS = "[backup]\nenabled = true\nleast_free_percent = 0\n"
NODE_TIMEOUT_MS = 2500
DELAY_US = 25000  # for each key that is loaded
SETTING = "cluster-replica-no-failover"


def stands(replica: Server) -> bool:
    return replica.call("CONFIG", "GET", SETTING)[1] == "no"


def misses(cluster: Cluster, replica: Server, master: Server) -> bool:
    """Whether it calls its master failed: what makes a replica stand."""
    return any(it.port == master.port and "fail" in it.flags for it in cluster.nodes(replica).values())


def load_slowly(master: Server) -> None:
    """From its next start on: longer than the node timeout."""
    master.config.write_text(master.config.read_text() + f"key-load-delay {DELAY_US}\n")


def newest(warden: Warden, server: Server) -> str:
    """The name of its newest generation."""
    return str(warden.ask("BACKUPS", server.port)[0]["copies"][-1]["generation"])


def begin_restore(warden: Warden, master: Server, generation: str) -> subprocess.Popen[str]:
    """To be waited for, or killed."""
    return subprocess.Popen(
        [build_directory() / "slotwardenctl", "-s", warden.socket, "--json", "restore", str(master.port),
         "--generation", generation, "--reason", "a test", "--yes"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
