#!/usr/bin/env python3
"""Valkey 8.0.1 may write a replica with another shard id than its master's into nodes.conf, and refuses to load that:
held before it tries, with the mend."""

from world.scenario import Scenario, main
from world.servers import valkey_binary
from world.waiting import stays, until

MASTER, REPLICA = "a" * 40, "b" * 40
RIGHT, WRONG = "5" * 40, "6" * 40


class ShardIds(Scenario):
    def test_two_shard_ids_in_one_shard(self) -> None:
        binary = valkey_binary()
        if not binary:
            self.skipTest("no valkey-server; set SLOTWARDEN_VALKEY")
        server = self.world.server(binary)
        nodes = server.data / "nodes.conf"
        port = server.port
        nodes.write_text(
            f"{MASTER} 127.0.0.1:{port}@{port + 10000},,tls-port=0,shard-id={RIGHT} myself,master - 0 0 1 connected\n"
            f"{REPLICA} 127.0.0.1:9@19,,tls-port=0,shard-id={WRONG} slave {MASTER} 0 0 1 disconnected\n"
            "vars currentEpoch 1 lastVoteEpoch 0\n")
        written = nodes.read_bytes()
        warden = self.warden([server]).start()
        held = warden.wait_held(server, "nodes-damaged")
        told = next(it["value"] for it in warden.explain(server)["evidence"] if it["name"] == "nodes.conf")
        self.tell(f"{held['hold']['rule']}: {told}")
        for word in (RIGHT, WRONG, REPLICA[:8], "into the replica's line"):
            self.assertIn(word, told)
        stays(lambda: server.pid() is None, 1.0, "it is not started")
        self.assertEqual(nodes.read_bytes(), written, "the file was touched")
        nodes.write_text(nodes.read_text().replace(WRONG, RIGHT))
        until(server.ready, 30, "it runs as soon as the line was mended")


if __name__ == "__main__":
    main()
