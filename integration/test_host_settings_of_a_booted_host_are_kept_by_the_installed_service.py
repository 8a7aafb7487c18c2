#!/usr/bin/env python3
"""The service as it is installed, with all that its unit forbids it, keeps the settings of a booted host: each one that
is spoiled is found, enforced, kept, and put back. What the container shares with this machine is put back here too."""

from world import booted, descriptors, settings
from world.booted import BootedHost, BootedWarden
from world.resp import Client
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import stays, until

PORTS = "/proc/sys/net/ipv4/ip_local_port_range"
RESERVED = "/proc/sys/net/ipv4/ip_local_reserved_ports"
ASKED = 10000  # the server's default
LOWERED = 1024 - 32
LOW_LIMIT = '#!/bin/sh\nulimit -n 1024 && exec /usr/bin/redis-server "$@"\n'


class BootedHostSettings(Scenario):
    needs_slotwarden = False

    def setUp(self) -> None:
        booted.required()
        super().setUp()
        self.host = BootedHost(self.world)
        self.addCleanup(self.host.close)
        self.spoiled: dict[str, str] = {}
        self.machine = {file: settings.read(file) for file in [*settings.SPOILED, RESERVED]}
        self.addCleanup(self.machine_is_as_before)

    def machine_is_as_before(self) -> None:
        self.assertEqual({file: settings.read(file) for file in self.machine}, self.machine)

    def spoil(self) -> None:
        mine = {file: value for file, value in settings.SPOILED.items() if settings.of_network(file)}
        shared = {file: value for file, value in settings.SPOILED.items() if file not in mine}
        self.spoiled = settings.spoil(self, shared) | mine
        with self.host.network.inside():
            for file, value in mine.items():
                settings.write(file, value)
            # The servers' ports are among those that an outgoing connection may be given.
            settings.write(PORTS, "1024 65000")
            self.spoiled[RESERVED] = settings.read(RESERVED)
        left = sorted(shared.keys() - self.spoiled.keys())
        self.tell(f"{len(self.spoiled)} settings are spoiled" + (f"; may not be written here: {left}" if left else ""))

    def boot(self, server: Server) -> BootedWarden:
        """Cleanups run backwards: the host, which would enforce again, is gone before the machine's values are put
        back, so it is booted after they are spoiled."""
        self.addCleanup(self.host.cut_power)
        self.host.boot()
        warden = BootedWarden(self.host, [server])
        self.wardens.append(warden)
        warden.write_config()
        self.host.run("systemctl", "reload", "slotwarden")
        warden.wait_running()
        self.tell("a host has booted, and its slotwarden keeps a server")
        return warden

    def values(self) -> dict[str, str]:
        with self.host.network.inside():
            return {file: settings.read(file) for file in self.spoiled}

    def as_wanted(self) -> bool:
        return all(self.values()[file] != value for file, value in self.spoiled.items())

    def wrong(self, warden: BootedWarden) -> set[str]:
        _, report = warden.ctl("doctor")
        return {it["setting"] for it in report["findings"]} & {settings.name(file) for file in self.spoiled}

    def keep(self, warden: BootedWarden, policy: str) -> None:
        self.host.set_policy("host", policy)
        self.host.run("systemctl", "restart", "slotwarden")
        until(warden.answers, 60, "the daemon answers")

    def test_each_is_found_enforced_kept_and_put_back(self) -> None:
        self.spoil()
        server = booted.server_on(self.host)
        warden = self.boot(server)
        names = {settings.name(file) for file in self.spoiled}
        self.assertEqual(self.wrong(warden), names)
        self.assertEqual(self.values(), self.spoiled, "audit wrote something")
        self.tell("doctor finds every one")

        self.keep(warden, settings.policy("enforce", "enforce"))
        self.what_may_not_be_written_is_said_once(warden, server)
        self.host.open_kernel()
        self.host.run("systemctl", "restart", "slotwarden")
        until(self.as_wanted, 30, "the daemon has enforced every setting")
        self.assertLessEqual(names, {it["rule"] for it in warden.events(name="host-enforced")})
        self.assertEqual(self.wrong(warden), set())
        self.tell("enforced, each with an event")

        for file, value in self.spoiled.items():
            with self.host.network.inside():
                settings.write(file, value)
        until(self.as_wanted, 30, "each is set again")
        self.tell("changed behind its back, and kept")
        self.put_back(warden)

    def what_may_not_be_written_is_said_once(self, warden: BootedWarden, server: Server) -> None:
        """/sys is read-only in a container, and with the systemd of Debian 13 /proc/sys too."""
        pages = {settings.name(file) for file in self.spoiled if file.startswith(settings.HUGE_PAGES)}

        def said() -> list[str]:
            return [it["rule"] for it in warden.events(name="host-unwritable")]

        until(lambda: pages <= set(said()), 30, "what may not be written is said")
        stays(lambda: len(said()) == len(set(said())), 3, "said once")
        spoiled = {settings.name(file) for file, value in self.values().items() if value == self.spoiled[file]}
        self.assertEqual(set(said()) & self.wrong(warden), spoiled, "every other one was set")
        self.assertEqual(warden.state_of(server), "RUNNING")
        self.tell(f"{len(spoiled)} may not be written in a container: said once each")

    def put_back(self, warden: BootedWarden) -> None:
        self.host.run("slotwardenctl", "host", "restore")
        self.assertEqual(self.values(), self.spoiled, "not what was there before slotwarden")
        self.host.run("systemctl", "restart", "slotwarden")
        stays(lambda: self.values() == self.spoiled, 3, "what was put back is left alone by the next daemon")
        self.host.run("slotwardenctl", "host", "enforce")
        until(self.as_wanted, 30, "it is enforced again")
        self.host.run("systemctl", "stop", "slotwarden")
        self.host.run("slotwardenctl", "host", "restore")
        self.assertEqual(self.values(), self.spoiled)
        self.tell("put back, with a daemon and without")

    def test_a_server_with_too_few_descriptors_keeps_its_clients(self) -> None:
        program = self.host.root / "srv/low-limit"
        program.write_text(LOW_LIMIT)
        program.chmod(0o755)
        server = booted.server_on(self.host, "/srv/low-limit")
        warden = self.boot(server)
        clients = self.clients(server, 900)
        self.assertEqual(maxclients(clients[0]), LOWERED)
        pid = server.pid()
        self.tell(f"maxclients fell to {LOWERED}, and 900 clients are connected")
        self.keep(warden, settings.policy("enforce", "off"))
        if descriptors.may_raise_hard_limits():
            until(lambda: maxclients(clients[0]) == ASKED, 30, "maxclients is what the file asks for")
            clients += self.clients(server, min(ASKED - 10, descriptors.room_for_clients()) - len(clients))
            self.tell(f"its hard limit was raised; {len(clients)} clients are connected")
        else:
            said = warden.wait_event("host-unwritable", server)
            self.assertIn("CAP_SYS_RESOURCE", said[0]["detail"])
            self.tell(f"this machine has no CAP_SYS_RESOURCE to give: {said[0]['detail']}")
        for client in clients:
            self.assertEqual(client.call("PING"), "PONG")
        self.assertEqual(server.pid(), pid)

    def clients(self, server: Server, count: int) -> list[Client]:
        made = [server.client(30) for _ in range(count)]
        for client in made:
            self.addCleanup(client.close)
        return made


def maxclients(client: Client) -> int:
    return int(client.call("CONFIG", "GET", "maxclients")[1])


if __name__ == "__main__":
    main()
