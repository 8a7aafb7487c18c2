#!/usr/bin/env python3
"""A server that lowered its maxclients, since it started with too few descriptors, is given back what its file asks
for while its clients stay connected; where nobody may do that, it is said once."""

from world import descriptors, settings
from world.resp import Client
from world.scenario import Scenario, main
from world.servers import Server, redis_binary
from world.waiting import stays, until
from world.warden import Warden

ASKED = 10000  # the server's default
LOWERED = 1024 - 32


def maxclients(client: Client) -> int:
    return int(client.call("CONFIG", "GET", "maxclients")[1])


class Descriptors(Scenario):
    def clients(self, server: Server, count: int) -> list[Client]:
        made = [server.client(30) for _ in range(count)]
        for client in made:
            self.addCleanup(client.close)
        return made

    def lowered(self, server: Server) -> Warden:
        """A daemon that only tells, and its server."""
        warden = self.warden([server], policies={"host": settings.policy("audit")}).start()
        warden.wait_running()
        with server.client() as client:
            self.assertEqual(maxclients(client), LOWERED)
        drift = until(lambda: [it for it in warden.events(server, "host-drift") if it["rule"] == "limits.maxclients"],
                      30, "the drift is told")
        self.assertIn("expected 10000, as its file says, found 992", drift[0]["detail"])
        self.tell(drift[0]["detail"])
        return warden

    def take_over(self, warden: Warden) -> None:
        """The next daemon adopts the server, and may repair it."""
        warden.kill9()
        (warden.directory / "policies" / "host.toml").write_text(settings.policy("enforce", "off"))
        warden.start()

    def test_repaired_while_clients_stay(self) -> None:
        binary = redis_binary()
        assert binary
        program = descriptors.may_not_raise(self.world.directory, binary, 1024)
        if not program:
            self.skipTest("the filter is written for x86_64")
        server = self.world.server(program)
        warden = self.lowered(server)
        clients = self.clients(server, 900)
        pid = server.pid()
        self.tell("900 clients are connected")

        self.take_over(warden)
        self.assertEqual(warden.wait_event("adopted", server)[0]["port"], server.port)
        until(lambda: maxclients(clients[0]) == ASKED, 30, "maxclients is what the file asks for")
        until(lambda: {"limits.nofile", "limits.maxclients"} <= {it["rule"] for it in
                                                                 warden.events(server, "host-enforced")},
              30, "both repairs are told")
        self.assertEqual(server.pid(), pid)
        for client in clients:
            self.assertEqual(client.call("PING"), "PONG")
            self.assertFalse(client.stale())
        self.tell("maxclients is 10000; every one of the 900 still answers")

        # The daemon has a few connections of its own.
        count = min(ASKED - 10, descriptors.room_for_clients())
        clients += self.clients(server, count - len(clients))
        for client in clients:
            self.assertEqual(client.call("PING"), "PONG")
        self.assertEqual(int(server_rejected(clients[0])), 0)
        self.tell(f"{count} clients are connected, and each is answered")
        code, report = warden.ctl("doctor", server.port, "--config", warden.config)
        left = {it["setting"] for it in report["findings"]}
        self.assertFalse(left & {"limits.nofile", "limits.maxclients"}, code)

    def test_a_hard_limit_is_raised_or_said_to_be_in_the_way(self) -> None:
        binary = redis_binary()
        assert binary
        server = self.world.server(descriptors.low_hard_limit(self.world.directory, binary, 1024))
        warden = self.lowered(server)
        self.take_over(warden)
        if descriptors.may_raise_hard_limits():
            until(lambda: maxclients(server.client()) == ASKED, 30, "maxclients is what the file asks for")
            self.tell("the hard limit was raised")
            return
        said = warden.wait_event("host-unwritable", server)
        self.assertIn("CAP_SYS_RESOURCE", said[0]["detail"])
        self.tell(said[0]["detail"])

        def each_once() -> bool:
            rules = [it["rule"] for it in warden.events(server, "host-unwritable")]
            return len(rules) == len(set(rules))

        stays(each_once, 3, "it is said once")
        self.assertTrue(server.ready())
        code, report = warden.ctl("doctor", server.port, "--config", warden.config)
        self.assertEqual(code, 4)
        self.assertIn("limits.maxclients", {it["setting"] for it in report["findings"]})


def server_rejected(client: Client) -> str:
    return next(line.split(":")[1] for line in str(client.call("INFO", "stats")).splitlines()
                if line.startswith("rejected_connections"))


if __name__ == "__main__":
    main()
