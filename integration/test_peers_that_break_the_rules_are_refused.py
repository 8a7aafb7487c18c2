#!/usr/bin/env python3
"""Who knocks at the peers' door without the right certificate, or offers what is not his to give, gets nowhere, is told
why, and leaves nothing behind."""

import socket
import ssl
from contextlib import suppress
from pathlib import Path

from world.hosts import Place
from world.peers import PORT, Hosts, Sender, certify, fill, offer, save
from world.scenario import main
from world.servers import Server
from world.waiting import until


class Refused(Hosts):
    def test_each_by_its_rule(self) -> None:
        # Nothing of its own is sent: the replica's warden is stopped.
        cluster, wardens = self.two_hosts()
        shard = cluster.shards[0]
        master, replica = shard.servers
        self.keeper = self.of(wardens, master)
        self.of(wardens, replica).stop()
        fill(master, shard, range(500))
        until(lambda: replica.keys() == 500, 30, "the replica has every key")
        file = save(replica)
        self.strangers(replica.place, master.place)
        self.offers(replica, master, cluster.shards[1].servers[1], file)
        self.frames(replica.place, master.place)
        self.crowd(replica.place, master.place)
        self.assertEqual([it.name for it in (master.data / "slotwarden-kept").glob("*")], [])
        self.assertEqual(self.keeper.state_of(master), "RUNNING")

    def told(self, rule: str) -> None:
        """As an event. What is refused is counted each time, and told once for a while."""
        until(lambda: [it for it in self.keeper.events(name="peer-refused") if it["rule"] == rule], 20, f"{rule} is told")
        self.tell(rule)

    def strangers(self, here: Place, there: Place) -> None:
        # Of another authority.
        theirs = certify(self.world.directory / "theirs", "shop", "host2")
        (theirs / "authority.crt").write_text((self.certificates / "authority.crt").read_text())
        with self.assertRaises((ssl.SSLError, ConnectionError)), Sender(here, there, theirs, "host2") as sender:
            sender.say("HELLO", 1)
            raise ConnectionError("closed")
        # Without any, and no TLS at all.
        with here.inside(), suppress(OSError), socket.create_connection((there.address, PORT), 30) as plain:
            plain.sendall(b"*2\r\n$5\r\nHELLO\r\n$1\r\n1\r\n")
            self.assertNotIn(b":1", plain.recv(100))
        old = ssl.create_default_context(cafile=str(self.certificates / "authority.crt"))
        old.check_hostname = False
        old.load_cert_chain(self.certificates / "host2.pem")
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with here.inside(), socket.create_connection((there.address, PORT), 30) as raw:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                old.wrap_socket(raw)
        self.told("peer-stranger")

    def offers(self, replica: Server, master: Server, other_replica: Server, file: Path) -> None:
        here, there = replica.place, master.place
        cases = {
            "offer-not-ours": offer(replica, master, file, to="1" * 40),
            "offer-wrong-cluster": offer(replica, master, file, **{"from": "1" * 40}),
            "offer-wrong-shard": offer(other_replica, master, file, run_id=""),
            "offer-no-room": offer(replica, master, file, size=1 << 49),
        }
        with Sender(here, there, self.certificates, "host2") as sender:
            sender.greet(*offer(replica, master, file))  # the receiver has seen who is whose
        with Sender(here, there, self.certificates, "host2") as sender:
            self.assertIn("HELLO comes first", sender.say(*cases["offer-not-ours"]))
            self.assertEqual(sender.say("HELLO", 7), "1")
            for rule, words in cases.items():
                self.assertIn(f"REFUSED {rule}", sender.say(*words))
                self.told(rule)
            for trick in ("../../dump.rdb", "/etc/passwd", ""):
                self.assertIn("USAGE OFFER", sender.say(*offer(replica, master, file, sha256=trick)))
            self.assertIn("ERR", sender.say("BEGIN", "whole", "", file.stat().st_size))
            self.assertIn("ERR", sender.say("DATA", 0, "raw", b"x"))
            self.assertIn("ERR", sender.say("COMMIT"))
        # From the master's own host it does not come from where it was saved.
        with Sender(there, there, self.certificates, "host1") as sender:
            sender.say("HELLO", 1)
            self.assertIn("REFUSED offer-wrong-address", sender.say(*offer(replica, master, file)))
            self.told("offer-wrong-address")
        # More than was announced, and what is not what was announced.
        with Sender(here, there, self.certificates, "host2") as sender:
            sender.say("HELLO", 1)
            self.assertEqual(sender.say(*offer(replica, master, file)), "")
            self.assertIn("ERR", sender.say("BEGIN", "whole", "", file.stat().st_size + 1))
            self.assertEqual(sender.say("BEGIN", "whole", "", file.stat().st_size), "0")
            self.assertIn("ERR", sender.say("DATA", 5, "raw", b"x"))
            self.assertIn("ERR", sender.say("DATA", 0, "raw", b"x" * (file.stat().st_size + 1)))
            self.told("sent-badly")
        with Sender(here, there, self.certificates, "host2") as sender:
            sender.say("HELLO", 1)
            content = file.read_bytes()
            self.assertEqual(sender.say(*offer(replica, master, file, sha256="0" * 64)), "")
            self.assertEqual(sender.say("BEGIN", "whole", "", len(content)), "0")
            for at in range(0, len(content), 1 << 18):
                sender.say("DATA", at, "raw", content[at:at + (1 << 18)])
            self.assertIn("REFUSED arrival-damaged", sender.say("COMMIT"))
            self.told("arrival-damaged")
        with Sender(here, there, self.certificates, "host2") as sender:
            sender.say("HELLO", 1)
            self.assertEqual(sender.say(*offer(replica, master, file, sha256="0" * 64, size=10)), "")
            self.assertEqual(sender.say("BEGIN", "whole", "", 10), "0")
            sender.say("DATA", 0, "raw", b"REDIS0011x")
            self.assertIn("REFUSED arrival-damaged", sender.say("COMMIT"))

    def frames(self, here: Place, there: Place) -> None:
        for garbage in (b"*1000\r\n", b"*2\r\n$4\r\nDATA\r\n$999999999\r\n" + b"x" * 400_000, b"\x00\x01\x02\x03" * 100):
            with Sender(here, there, self.certificates, "host2") as sender:
                with suppress(OSError):
                    sender.raw(garbage)
                with suppress(OSError):
                    self.assertIn("ERR", sender.reply() + sender.reply() or "ERR")
        self.told("peer-garbage")

    def crowd(self, here: Place, there: Place) -> None:
        held = []
        try:
            with self.assertRaises((OSError, ssl.SSLError)):
                for _ in range(20):
                    held.append(Sender(here, there, self.certificates, "host2", timeout=30))
            self.assertGreaterEqual(len(held), 2)
            self.told("peer-too-many")
        finally:
            for sender in held:
                sender.close()
        with suppress(OSError), Sender(here, there, self.certificates, "host2") as sender:
            self.assertEqual(sender.say("HELLO", 1), "1")


if __name__ == "__main__":
    main()
