#!/usr/bin/env python3
"""A generation on its way to another host: the connection is cut at random bytes, the receiver is killed at random
moments, its disk is full, the file that is sent is altered meanwhile. Beside the master's data lies the whole file or
nothing, and the master serves all the while.

SLOTWARDEN_SEED repeats it; SLOTWARDEN_ROUNDS makes more of it."""

import os
import random
import time
from contextlib import suppress
from pathlib import Path

from world.peers import PIECE, Hosts, Sender, encode, fill, generations, offer, save, sha256
from world.scenario import main
from world.servers import Server
from world.waiting import until

ROUNDS = int(os.environ.get("SLOTWARDEN_ROUNDS") or 25)
KEYS = 4000


class WholeOrNot(Hosts):
    def setUp(self) -> None:
        super().setUp()
        seed = int(os.environ.get("SLOTWARDEN_SEED") or random.SystemRandom().randrange(1 << 32))
        self.tell(f"SLOTWARDEN_SEED={seed}")
        self.chance = random.Random(seed)

    def saved(self, **more: str) -> tuple[Server, Server, Path]:
        self.cluster, self.wardens_of = self.two_hosts(**more)
        shard = self.cluster.shards[0]
        master, replica = shard.servers
        fill(master, shard, range(KEYS))
        until(lambda: replica.keys() == KEYS, 30, "the replica has every key")
        return master, replica, save(replica)

    def test_a_connection_that_is_cut_goes_on_where_it_was(self) -> None:
        master, replica, file = self.saved_without_its_warden()
        content = file.read_bytes()
        pieces = [content[at:at + PIECE] for at in range(0, len(content), PIECE)]
        reached = 0
        for _ in range(ROUNDS):
            with Sender(replica.place, master.place, self.certificates, "host2") as sender:
                sender.greet(*offer(replica, master, file))
                at = int(sender.say("BEGIN", "whole", "", len(content)))
                self.assertGreaterEqual(at, reached, "what was acknowledged need not come again")
                self.assertEqual(at % PIECE, 0)
                reached = at
                if at == len(content):
                    break
                frame = encode(("DATA", at, "raw")).replace(b"*3", b"*4", 1)
                piece = pieces[at // PIECE]
                whole = frame + b"$%d\r\n%s\r\n" % (len(piece), piece)
                with suppress(OSError):
                    sender.raw(whole[:self.chance.randrange(len(whole) + 1)])
            self.nothing_there(master)
        for _ in range(len(pieces) + 1):
            with Sender(replica.place, master.place, self.certificates, "host2") as sender:
                sender.greet(*offer(replica, master, file))
                at = int(sender.say("BEGIN", "whole", "", len(content)))
                if at < len(content):
                    self.assertEqual(int(sender.say("DATA", at, "raw", pieces[at // PIECE])), at + len(pieces[at // PIECE]))
                    continue
                self.assertNotIn("-", sender.say("COMMIT")[:1])
                break
        self.received(master, file)
        self.tell(f"{ROUNDS} cuts, a new connection for each of {len(pieces)} pieces; what is there is what was sent")

    def saved_without_its_warden(self) -> tuple[Server, Server, Path]:
        self.cluster, wardens = self.two_hosts()
        shard = self.cluster.shards[0]
        master, replica = shard.servers
        self.of(wardens, replica).stop()
        fill(master, shard, range(KEYS))
        until(lambda: replica.keys() == KEYS, 30, "the replica has every key")
        return master, replica, save(replica)

    def nothing_there(self, master: Server) -> None:
        self.assertEqual(generations(master), [])

    def test_the_receiver_is_killed_at_random_moments(self) -> None:
        master, replica, file = self.saved(peer_bandwidth='"1MiB"')
        keeper = self.of(self.wardens_of, master)
        wanted = sha256(file)
        pid = master.pid()
        for _ in range(4):
            time.sleep(self.chance.uniform(0, 2))  # the moment
            keeper.kill9()
            there = generations(master)
            self.assertIn([it["sha256"] for it in there], ([], [wanted]))
            for it in there:
                self.assertEqual(sha256(it["file"]), wanted)
            named = [it.name for it in (master.data / "slotwarden-kept").glob(".*")]
            self.assertEqual(named, [], "nothing is left of what did not arrive")
            keeper.start()
        self.received(master, file, timeout=90)
        self.assertEqual(master.pid(), pid)
        self.tell("killed 4 times; it arrived all the same")

    def test_what_was_altered_while_it_was_sent_is_not_kept(self) -> None:
        master, replica, file = self.saved(peer_bandwidth='"1MiB"')
        sender = self.of(self.wardens_of, replica)
        by_inode = {it.stat().st_ino: it for it in [file, *(it["file"] for it in generations(replica))]}
        for name in by_inode.values():
            content = bytearray(name.read_bytes())
            for at in range(len(content) // 2, len(content), 4096):
                content[at] ^= 1
            with open(name, "r+b") as open_file:  # the very file, not another one of its name
                open_file.write(content)
        told = sender.wait_event("generation-not-sent", replica, timeout=90)[-1]
        self.assertRegex(told["detail"], "arrival-damaged")
        for it in generations(master):
            self.assertEqual(sha256(it["file"]), it["sha256"], "what is there is what was announced")
        self.tell(told["detail"])
        newer = save(replica)
        self.received(master, newer, timeout=90)


if __name__ == "__main__":
    main()
