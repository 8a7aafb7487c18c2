#!/usr/bin/env python3
"""A host is told to power off while clients write: its masters hand over before anything on it is stopped. A shutdown
that is called off, a logind that restarts and one that is not there change nothing about that."""

from pathlib import Path

from world import booted
from world.booted import BootedHost, BootedWarden, server_on, server_program
from world.cluster import Cluster
from world.resp import Client
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer

NODE_TIMEOUT_MS = 15000


class Shutdown(Scenario):
    needs_slotwarden = False

    def setUp(self) -> None:
        booted.required()
        super().setUp()
        place, self.elsewhere = self.world.hosts(2)
        self.host = BootedHost(self.world, place)
        self.addCleanup(self.host.close)
        self.host.boot()
        self.tell("a host has booted")
        self.cluster, self.warden = self.cluster_of_two_hosts()

    def cluster_of_two_hosts(self) -> tuple[Cluster, BootedWarden]:
        # Without full coverage nobody else refuses writes for the moment of a hand-over (docs/server-behaviour.md).
        options = {"cluster_node_timeout": str(NODE_TIMEOUT_MS), "save": "3600 1", "cluster_require_full_coverage": "no"}
        program = server_program(self.world)
        there = [self.world.server(program, place=self.elsewhere, **options) for _ in range(3)]
        here = [server_on(self.host, **options) for _ in range(3)]
        for server in there:
            server.start()
        warden = BootedWarden(self.host, here)
        self.wardens.append(warden)
        warden.write_config()
        self.host.run("systemctl", "reload", "slotwarden")
        warden.wait_running()
        cluster = Cluster([here[0], here[1], there[2], there[0], there[1], here[2]], 3, NODE_TIMEOUT_MS)
        cluster.form()
        self.settle(warden, cluster)
        self.tell("two masters and a replica are on it, their partners on another host")
        return cluster, warden

    def test_masters_hand_over_before_anything_is_stopped(self) -> None:
        until(self.held_up, 30, "logind holds a shutdown up")
        told = next(it for it in self.warden.explain(self.warden.servers[0])["evidence"] if "shutdown" in it["name"])
        self.assertIn("until its masters have handed over", told["value"], told)
        with Writer(self.cluster, place=self.elsewhere) as writer:
            until(lambda: writer.acknowledged() > 300, 60, "writes are acknowledged")
            self.logind_restarts()
            self.switched_off(writer)
        self.nothing_lost(writer)

    def test_a_shutdown_that_is_called_off_leaves_all_servers_running(self) -> None:
        until(self.held_up, 30, "logind holds a shutdown up")
        with Writer(self.cluster, place=self.elsewhere) as writer:
            until(lambda: writer.acknowledged() > 300, 60, "writes are acknowledged")
            self.called_off()
            before = writer.acknowledged()
            until(lambda: writer.acknowledged() > before + 300, 60, "writes go on")
        self.nothing_lost(writer)

    def nothing_lost(self, writer: Writer) -> None:
        self.assertEqual(dict(writer.failed()), {}, "no write failed")
        self.assertEqual(writer.lost(), 0)
        self.tell(f"none of {writer.acknowledged()} writes failed or was lost")

    def held_up(self) -> bool:
        locks = [it for it in self.host.run("systemd-inhibit", "--list", "--no-legend").splitlines()
                 if it.startswith("slotwarden ")]
        return len(locks) == 1 and " shutdown " in locks[0] and locks[0].rstrip().endswith("delay")

    def logind_restarts(self) -> None:
        self.host.run("systemctl", "restart", "systemd-logind")
        until(self.held_up, 30, "it does so after a restart, and once")
        self.tell("logind was restarted: one lock")

    def called_off(self) -> None:
        # logind learns that only when it has waited for all locks.
        refusing = self.host.root / "etc/systemd/system/poweroff.target.d/refuse.conf"
        refusing.parent.mkdir()
        refusing.write_text("[Unit]\nRefuseManualStart=yes\n")
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "--no-block", "poweroff", check=False)
        self.warden.wait_event("shutdown-called-off")
        self.assertEqual(len(self.warden.events(name="handover")), 2)
        self.assertEqual(self.masters_here(), [])
        refusing.unlink()
        self.host.run("systemctl", "daemon-reload")
        until(self.held_up, 30, "the next one is held up as well")
        status = self.warden.ask("STATUS")
        self.assertEqual([it["state"] for it in status], ["RUNNING"] * 3, status)
        self.assertNotIn("goes down", str(status))
        self.cluster.wait_whole()
        self.tell("a shutdown was announced, both masters handed over, and it was called off")

    def switched_off(self, writer: Writer) -> None:
        # Somebody else has a lock too: the host stays up as long as logind allows, and shows how far it is.
        self.host.run("systemd-run", "--unit=somebody", "systemd-inhibit", "--mode=delay", "--what=shutdown", "sleep", "60")
        until(lambda: "sleep" in self.host.run("systemd-inhibit", "--list", "--no-legend"), 30, "somebody has a lock")
        with Client(self.warden.socket, timeout=30) as client:
            self.host.run("systemctl", "--no-block", "poweroff")
            self.warden.wait_event("shutdown-goes-on")
            status = client.call("STATUS")
        self.assertEqual(str(status).count('"RUNNING"'), 3, "nothing was stopped yet")
        self.assertEqual(str(status).count("the host goes down: handed over to"), 2, status)
        self.assertNotIn("slotwarden ", self.host.run("systemd-inhibit", "--list", "--no-legend"))
        self.assertEqual(self.masters_here(), [])
        self.tell("both masters have handed over, and nothing was stopped yet")
        until(lambda: not Path(self.host.socket.parents[2]).exists(), 120, "the host is off")
        before = writer.acknowledged()
        until(lambda: writer.acknowledged() > before + 300, 60, "writes go on")
        self.tell("switched off, and writes go on")

    def masters_here(self) -> list[int]:
        return [it.port for it in self.warden.servers if it.info("replication")["role"] == "master"]


if __name__ == "__main__":
    main()
