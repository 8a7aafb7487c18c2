#!/usr/bin/env python3
"""A generation is on its way when the line goes silent for a while, or the warden that receives it is killed: nothing
half is left beside the master's data, its own dump is what it was, and the generation arrives whole by itself."""

from __future__ import annotations

from pathlib import Path

from world.peers import PORT, Hosts, fill, generations, save, sha256
from world.scenario import main
from world.servers import Server
from world.waiting import stays, until
from world.warden import Warden

KEYS = 12_000  # of 500 bytes: six seconds at the bandwidth below
BANDWIDTH = '"1MiB"'


def written(warden: Warden) -> int:
    """Bytes that it has written to anything."""
    lines = dict(line.split(": ") for line in Path(f"/proc/{warden.pid}/io").read_text().splitlines())
    return int(lines["wchar"])


class OnItsWay(Hosts):
    def half_sent(self) -> tuple[Server, Server, Path, list[Warden]]:
        """A replica's generation is on its way to the master's host."""
        cluster, wardens = self.two_hosts(peer_bandwidth=BANDWIDTH)
        shard = cluster.shards[0]
        master, replica = shard.servers
        fill(master, shard, range(KEYS))
        until(lambda: replica.keys() == KEYS, 30, "the replica has every key")
        master.save()
        self.own = sha256(master.dump)
        receiver = self.of(wardens, master)
        before = written(receiver)
        file = save(replica)
        until(lambda: written(receiver) > before + (1 << 20), 60, "a part of it is there")
        self.nothing_of_it(master)
        return master, replica, file, wardens

    def nothing_of_it(self, master: Server) -> None:
        self.assertEqual(generations(master), [])
        self.assertEqual(sha256(master.dump), self.own)

    def test_a_line_that_goes_silent(self) -> None:
        master, _, file, _ = self.half_sent()
        place = master.place
        place.drop(arriving=f"tcp dport {PORT}")  # type: ignore[attr-defined]
        stays(lambda: generations(master) == [], 8, "without a line nothing arrives")
        self.nothing_of_it(master)
        place.mend()  # type: ignore[attr-defined]
        self.received(master, file)
        self.assertEqual(len(generations(master)), 1)

    def test_a_receiver_that_is_killed(self) -> None:
        master, replica, file, wardens = self.half_sent()
        receiver, sender = self.of(wardens, master), self.of(wardens, replica)
        receiver.kill9()
        told = sender.wait_event("generation-not-sent", replica)[0]
        self.assertIn("tried again in", told["detail"])
        self.nothing_of_it(master)
        left = [it.name for it in (master.data / "slotwarden-kept").iterdir()]
        self.assertEqual([it for it in left if not it.startswith(".")], [], "what had come had no name")
        receiver.start()
        self.received(master, file)
        sender.wait_event("generation-sent", replica)
        self.assertEqual(len(generations(master)), 1)


if __name__ == "__main__":
    main()
