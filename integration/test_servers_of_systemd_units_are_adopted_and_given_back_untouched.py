#!/usr/bin/env python3
"""Debian's own redis-server@PORT.service: slotwarden takes its server over and gives it back, and nobody notices."""

import os
from pathlib import Path
from typing import Any

from world.booted import BootedServer, BootedWarden, OnABootedHost
from world.cluster import Cluster
from world.crowd import Crowd
from world.scenario import main
from world.waiting import until
from world.writer import Writer

# Its Restart= wins over whatever slotwarden may write, by its name.
STUBBORN = "[Service]\nRestart=always\nKillMode=control-group\n"


class UnitServer(BootedServer):
    """Its file lies where the template of Debian's package looks for it."""

    @property
    def config(self) -> Path:
        return self.home.parents[2] / f"etc/redis/redis-{self.port}.conf"

    @property
    def unit(self) -> str:
        return f"redis-server@{self.port}.service"


class Adopted(OnABootedHost):
    def test_units_of_a_cluster_are_adopted_and_one_is_given_back(self) -> None:
        cluster = self.units()
        warden = BootedWarden(self.host, cluster.servers)
        self.wardens.append(warden)
        given, killed = cluster.master(cluster.shards[0]), cluster.master(cluster.shards[1])
        with Crowd(given) as crowd, Writer(cluster, place=self.host.network, patience=10) as writer:
            until(lambda: writer.acknowledged() > 300, 60, "writes are acknowledged")
            self.stubborn_unit_is_refused(cluster, warden)
            pids = {it.port: it.pid() for it in cluster.servers}
            self.adopted(cluster, warden)
            self.assertEqual({it.port: it.pid() for it in cluster.servers}, pids)
            self.assertTrue(crowd.unmoved())
            self.units_have_no_hand_on_them(cluster, pids)
            self.host.run("systemctl", "restart", "slotwarden")
            warden.wait_running()
            self.assertEqual({it["port"]: it["pid"] for it in warden.ask("STATUS")}, pids)
            self.assertTrue(crowd.unmoved())
            self.assertEqual(dict(writer.failed()), {}, "no client noticed anything of that")
            self.tell("adopted, and taken back by the next daemon: 100 clients of a master unmoved, no write failed")
            self.given_back(given, warden)
            self.assertTrue(crowd.unmoved())
            self.tell("given back: its unit has it again, as it ran")
            self.settle_without(given, warden, cluster)
            self.restarted_by_slotwarden(cluster, killed, warden)
            told = writer.acknowledged()
        self.assertEqual(writer.lost(), 0)
        self.tell(f"none of {told} acknowledged writes was lost")
        self.restarted_by_systemd(given, warden)
        self.what_its_unit_cannot_take_is_refused(killed, warden)

    # The steps.

    def units(self) -> Cluster:
        options = {"cluster-node-timeout": "15000", "save": "3600 1"}
        servers = []
        for port in self.world.ports(6):
            server = UnitServer(port, self.host.root / "srv/redis" / str(port), Path("/usr/bin/redis-server"),
                                dict(options), place=self.host.network)
            server.write_config()
            self.drop_in(server, "data.conf", "[Service]\nReadWritePaths=-/srv/redis\n")
            servers.append(server)
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "enable", "--now", *(it.unit for it in servers))
        cluster = Cluster(list(servers), 3, 15000)
        cluster.form()
        self.tell("six units of systemd keep a cluster")
        return cluster

    def drop_in(self, server: UnitServer, name: str, text: str | None) -> None:
        directory = self.host.root / f"etc/systemd/system/{server.unit}.d"
        directory.mkdir(exist_ok=True)
        if text is None:
            (directory / name).unlink()
        else:
            (directory / name).write_text(text)

    def stubborn_unit_is_refused(self, cluster: Cluster, warden: BootedWarden) -> None:
        server = cluster.servers[5]
        self.drop_in(server, "zzzz.conf", STUBBORN)
        _, told = warden.ctl("adopt", server.port, "--yes")
        self.assertEqual(told[0]["outcome"], "failed", told)
        self.assertIn(server.unit, told[0]["text"])
        self.assertEqual(warden.ask("STATUS"), [])
        self.assertFalse((self.host.root / f"etc/slotwarden/conf.d/{server.port}.toml").exists())
        self.assertEqual(sorted(os.listdir(self.host.root / f"etc/systemd/system/{server.unit}.d")),
                         ["data.conf", "zzzz.conf"])
        # The daemon comes to the same answer by itself.
        config = "/etc/redis/" + server.config.name
        configured = self.host.root / f"etc/slotwarden/conf.d/{server.port}.toml"
        configured.write_text(f'[[instance]]\nport = {server.port}\nconfig = "{config}"\nuser = "redis"\n')
        told = warden.ask("ADOPT", server.port, timeout=60)
        self.assertEqual((told[0]["outcome"], told[0]["rule"]), ("refused", "unit-in-force"), told)
        self.assertIn(f"{server.unit} has Restart=always", told[0]["text"])
        configured.unlink()
        self.drop_in(server, "zzzz.conf", None)
        self.host.run("systemctl", "daemon-reload")
        self.tell("a unit that would still restart its server is refused by its name, and nothing is left of it")

    def adopted(self, cluster: Cluster, warden: BootedWarden) -> None:
        _, told = warden.ctl("adopt")
        self.assertEqual({(it["keeper_name"], it["rule"]) for it in told},
                         {(it.unit, "unit-to-disarm") for it in cluster.servers}, told)
        _, told = warden.ctl("adopt", "all", "--yes")
        self.assertEqual([it["outcome"] for it in told], ["done"] * 6, told)
        warden.wait_running()
        self.assertEqual(warden.ctl("adopt"), (0, []))

    def units_have_no_hand_on_them(self, cluster: Cluster, pids: dict[int, int | None]) -> None:
        for server in cluster.servers:
            scope = f"slotwarden-{server.port}.scope"
            until(lambda: self.host.shown(scope, "ActiveState") == "active", 30, f"{scope} is there")
            self.assertIn(f"/slotwarden.slice/{scope}", self.host.run("cat", f"/proc/{server.pid()}/cgroup"))
            for verb in ("stop", "restart"):
                self.assertIn("refused", self.host.run("systemctl", verb, server.unit, check=False))
        self.assertEqual({it.port: it.pid() for it in cluster.servers}, pids)

    def given_back(self, server: UnitServer, warden: BootedWarden) -> None:
        pid = server.pid()
        _, told = warden.ctl("give-back", server.port, "--yes")
        self.assertEqual(told[0]["outcome"], "done", told)
        self.assertIn("Restart=always", told[0]["text"])
        self.assertEqual(self.host.shown(server.unit, "MainPID"), str(pid))
        self.assertEqual(self.host.shown(server.unit, "ActiveState"), "active")
        self.assertRegex(self.host.run("cat", f"/proc/{pid}/cgroup"), rf"0::/.*/{server.unit}\n")
        self.assertEqual(self.host.shown(server.unit, "Delegate"), "no")
        self.assertEqual(server.call("CONFIG", "GET", "save"), ["save", "3600 1"])
        self.assertNotIn(server.port, [it["port"] for it in warden.ask("STATUS")])
        left = self.host.run("find", "/etc/systemd/system", "/run/systemd/system", "/etc/tmpfiles.d", "-name",
                             "*slotwarden*", "-path", f"*{server.port}*")
        self.assertEqual(left, "")

    def settle_without(self, server: UnitServer, warden: BootedWarden, cluster: Cluster) -> None:
        warden.servers = [it for it in cluster.servers if it is not server]
        self.settle(warden, cluster)

    def restarted_by_slotwarden(self, cluster: Cluster, server: UnitServer, warden: BootedWarden) -> None:
        before = server.pid()
        self.host.kill(before or 0)
        until(lambda: cluster.master(cluster.shards[1]) is not server, 30, "its replica has taken over")
        warden.wait_running()
        # The master that was given back still votes, and slotwarden knows that it lives.
        self.assertEqual(warden.events(server, "succeeded")[-1]["rule"], "settled")
        self.assertNotIn("lost-majority", [it["rule"] for it in warden.events(server)])
        cluster.wait_whole()
        after = warden.status(server)["pid"]
        self.assertNotEqual(after, before)
        self.assertIn(f"slotwarden-{server.port}.scope", self.host.run("cat", f"/proc/{after}/cgroup"))
        self.assertEqual(self.host.shown(server.unit, "NRestarts"), "0")
        self.assertEqual(self.host.shown(server.unit, "ActiveState"), "inactive")
        # What somebody does who does not know: nothing comes of it.
        self.host.run("systemctl", "start", server.unit)
        self.assertEqual(self.host.shown(server.unit, "ActiveState"), "inactive")
        self.assertEqual(server.pid(), after)
        self.tell("kill -9 of an adopted master: slotwarden started it again, and its unit did not")

    def restarted_by_systemd(self, server: UnitServer, warden: BootedWarden) -> None:
        before = server.pid()
        self.host.kill(before or 0)
        until(lambda: self.host.shown(server.unit, "MainPID") not in ("0", str(before)), 30, "its unit restarts it")
        server.wait_ready()
        self.assertNotIn(server.port, [it["port"] for it in warden.ask("STATUS")])
        self.tell("kill -9 of the one that was given back: systemd started it again")

    def what_its_unit_cannot_take_is_refused(self, server: UnitServer, warden: BootedWarden) -> None:
        _, told = warden.ctl("give-back", server.port, "--yes")
        self.assertEqual((told[0]["outcome"], told[0]["rule"]), ("refused", "unit-lost-it"), told)
        self.assertEqual(warden.state_of(server), "RUNNING")
        _, told = warden.ctl("stop", server.port)
        self.assertEqual(told[0]["outcome"], "done", told)
        _, told = warden.ctl("give-back", server.port, "--yes")
        self.assertEqual(told[0]["outcome"], "done", told)
        self.host.run("systemctl", "start", server.unit)
        server.wait_ready()
        self.assertEqual(self.host.shown(server.unit, "MainPID"), str(server.pid()))
        self.tell("one that slotwarden had started anew goes back when it is stopped, and not before")


if __name__ == "__main__":
    main()
