#!/usr/bin/env python3
"""The disk of the master's data directory is full before a generation is sent, and while it is: the file is refused or
given up, nothing of it is left, the master serves; with room again it arrives by itself."""

import os
import subprocess
from pathlib import Path

from world import processes
from world.cluster import Cluster
from world.peers import Hosts, fill, generations, save
from world.scenario import main
from world.servers import Server
from world.waiting import until

KEYS = 4000
DISK = 32 << 20


class FullDisk(Hosts):
    def prepare(self, cluster: Cluster) -> None:
        data = cluster.shards[0].servers[0].data
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", data], capture_output=True)
        if mounted.returncode:
            self.skipTest("cannot mount a small tmpfs here")
        self.addCleanup(subprocess.run, ["umount", "-l", data], check=True)
        self.addCleanup(processes.end_all, self.world.directory)

    def saved(self, **more: str) -> tuple[Server, Path]:
        self.cluster, self.kept_by = self.two_hosts(**more)
        self.master, self.replica = self.cluster.shards[0].servers
        fill(self.master, self.cluster.shards[0], range(KEYS))
        until(lambda: self.replica.keys() == KEYS, 30, "the replica has every key")
        return self.master, self.master.data / "filler"

    def leave(self, filler: Path, free: int) -> None:
        """So many bytes on the disk."""
        with open(filler, "ab") as file:
            while (left := self.free()) > free:
                file.write(b"x" * min(left - free, 1 << 20))
                file.flush()

    def free(self) -> int:
        at = os.statvfs(self.master.data)
        return at.f_bavail * at.f_frsize

    def test_what_does_not_fit_is_refused_until_it_does(self) -> None:
        master, filler = self.saved()
        self.leave(filler, 1 << 20)
        file = save(self.replica)
        told = self.of(self.kept_by, self.replica).wait_event("generation-not-sent", self.replica)[-1]
        until(lambda: "offer-no-room" in self.of(self.kept_by, self.replica).events(
            self.replica, "generation-not-sent")[-1]["detail"], 60, f"no room is the reason, not: {told['detail']}")
        self.assertEqual(generations(master), [])
        self.assertGreater(self.free(), 900_000, "nothing of it is left")
        filler.unlink()
        self.received(master, file, timeout=90)
        self.tell("refused for want of room, and sent when there was some")

    def test_a_disk_that_fills_up_meanwhile(self) -> None:
        master, filler = self.saved(peer_bandwidth='"1MiB"')
        before = self.free()
        file = save(self.replica)
        until(lambda: before - self.free() >= file.stat().st_size, 60, "its room is taken", pause=0.005)
        self.leave(filler, 0)
        # Its room was reserved: whether its note still fits is all that is open.
        events = ("generation-sent", "generation-not-sent")
        sender = self.of(self.kept_by, self.replica)
        until(lambda: [it for it in sender.events(self.replica) if it["event"] in events], 60, "it ends somehow")
        self.assertTrue(master.ready())
        if not generations(master):
            self.assertEqual(list((master.data / "slotwarden-kept").glob("*.rdb")), [], "what has no note is not there")
        filler.unlink()
        self.received(master, file, timeout=90)
        self.assertEqual(len(list((master.data / "slotwarden-kept").glob("*.rdb"))), 1)


if __name__ == "__main__":
    main()
