#!/usr/bin/env python3
"""A booted Debian host with the package: whatever systemd and dpkg do, no server notices and nothing is lost."""

from world import booted
from world.booted import BootedWarden, OnABootedHost
from world.cluster import Cluster
from world.resp import Client
from world.scenario import main
from world.servers import Server
from world.waiting import until
from world.writer import Writer


OWN_POINTS = "3600 1"


def save_points(server: Server) -> str:
    return str(server.call("CONFIG", "GET", "save")[1])


class InstalledByPackage(OnABootedHost):
    def test_servers_outlive_what_systemd_and_dpkg_do_to_the_daemon(self) -> None:
        cluster, warden = self.cluster_kept()
        self.servers_are_their_own_users()
        self.servers_are_in_their_own_scopes(cluster)
        self.journal_explains(cluster.servers[0].port)
        self.members_of_the_group_are_told()
        with Writer(cluster, place=self.host.network) as writer:
            until(lambda: writer.acknowledged() > 300, 60, "writes are acknowledged")
            self.daemon_comes_and_goes(cluster, warden)
            self.upgraded_and_removed(cluster, warden)
            self.assertEqual(dict(writer.failed()), {}, "no client noticed anything of that")
            self.masters_killed(cluster, warden)
            told = writer.acknowledged()
        self.assertEqual(writer.lost(), 0)
        self.tell(f"none of {told} acknowledged writes was lost")

    def test_a_host_that_is_switched_off_and_on_has_everything_again(self) -> None:
        # Left alone, such servers write nothing at all when they are stopped.
        cluster, warden = self.cluster_kept(save='""', logfile='""')
        self.output_is_in_the_journal(cluster, warden)
        self.limits_are_those_of_the_policy(cluster, warden)
        with Writer(cluster, place=self.host.network) as writer:
            until(lambda: writer.acknowledged() > 1000, 60, "writes are acknowledged")
        self.host.power_off()
        self.tell("switched off")
        self.host.boot()
        self.tell("switched on")
        warden.wait_running(timeout=120)
        self.assertTrue(warden.events(name="host-goes-down"), "it did not know why it was stopped")
        cluster.wait_whole(120)
        self.assertEqual(writer.lost(), 0)
        self.tell(f"all of {writer.acknowledged()} writes are there")

    # The steps.

    def cluster_kept(self, **options: str) -> tuple[Cluster, BootedWarden]:
        self.assertEqual(self.host.shown("slotwarden", "ActiveState"), "active", self.host.report())
        self.assertEqual(self.host.shown("slotwarden", "UnitFileState"), "enabled")
        self.assertEqual(self.host.shown("slotwarden", "StatusText"), "no servers are configured")
        cluster = booted.cluster_on(self.host, **options)
        warden = BootedWarden(self.host, cluster.servers)
        self.wardens.append(warden)
        warden.write_config()
        self.host.run("systemctl", "reload", "slotwarden")
        warden.wait_running()
        cluster.form()
        self.settle(warden, cluster)
        until(lambda: self.host.shown("slotwarden", "StatusText") == "6 servers: 6 running", 30, "systemd knows")
        self.tell("systemctl reload took up six servers, which form a cluster")
        return cluster, warden

    def servers_are_their_own_users(self) -> None:
        for line in self.host.run("ps", "-C", "redis-server", "-o", "user=").split():
            self.assertEqual(line, "redis")
        told = self.host.run("systemctl", "show", "--property=NRestarts", "slotwarden").strip()
        self.assertEqual(told, "NRestarts=0")

    def servers_are_in_their_own_scopes(self, cluster: Cluster) -> None:
        for server in cluster.servers:
            unit = f"slotwarden-{server.port}.scope"
            until(lambda: self.host.shown(unit, "ActiveState") == "active", 30, f"{unit} is there")
            self.assertEqual(self.host.shown(unit, "Slice"), "slotwarden.slice")
            self.assertRegex(self.host.run("cat", f"/proc/{server.pid()}/cgroup"), rf"/slotwarden\.slice/{unit}")
        self.tell("each server is in a scope of its own")

    def output_is_in_the_journal(self, cluster: Cluster, warden: BootedWarden) -> None:
        port = cluster.servers[0].port
        self.assertIn("Ready to accept connections", self.host.run("journalctl", "--no-pager", "-t", f"redis-{port}"))
        _, told = warden.ctl("tail", port, "-n", 500)
        self.assertEqual((told["path"], told["journal"]), (None, f"redis-{port}"))
        self.assertIn("Ready to accept connections", told["text"])
        self.tell("what servers print is in the journal, and tail shows it")

    def limits_are_those_of_the_policy(self, cluster: Cluster, warden: BootedWarden) -> None:
        unit = f"slotwarden-{cluster.servers[0].port}.scope"
        self.assertEqual(self.host.shown(unit, "MemoryMax"), "infinity")
        storage = self.host.root / "usr/share/slotwarden/policies/storage.toml"
        limited = storage.read_text().replace('memory_max = "unlimited"', 'memory_max = "1GiB"') \
            .replace('tasks_max = "unlimited"', "tasks_max = 64").replace('cpu_weight = "unset"', "cpu_weight = 300")
        self.host.set_policy("storage", limited)
        self.host.run("systemctl", "reload", "slotwarden")
        until(lambda: self.host.shown(unit, "MemoryMax") == str(1 << 30), 30, "the limit has reached the running server")
        self.assertEqual((self.host.shown(unit, "TasksMax"), self.host.shown(unit, "CPUWeight")), ("64", "300"))
        # Less than it uses: the kernel would kill it at once.
        self.host.set_policy("storage", limited.replace('"1GiB"', '"1MiB"'))
        self.host.run("systemctl", "reload", "slotwarden")
        found = warden.wait_event("error", cluster.servers[0])
        self.assertIn("it is not limited", found[-1]["detail"])
        self.assertEqual(self.host.shown(unit, "MemoryMax"), "infinity")
        self.host.set_policy("storage", limited)
        self.host.run("systemctl", "reload", "slotwarden")
        self.tell("a policy's limits reach running servers, and none that would kill them")

    def journal_explains(self, port: int) -> None:
        told = self.host.run("journalctl", "--no-pager", "--catalog", f"PORT={port}", "EVENT=started")
        self.assertIn(f"The server of port {port} was started", told)

    def members_of_the_group_are_told(self) -> None:
        def status(of: str) -> str:
            return self.host.run("setpriv", "--reuid=nobody", f"--regid={of}", "--clear-groups", "slotwardenctl", "status",
                                 check=False)

        self.assertEqual(status("slotwarden").count("RUNNING"), 6)
        self.assertNotIn("RUNNING", status("nogroup"))
        self.host.run("systemctl", "stop", "slotwarden")
        told = status("slotwarden")
        self.assertIn("The daemon does not answer", told)
        self.assertEqual(told.count("RUNNING"), 6)
        self.assertNotIn("RUNNING", status("nogroup"))
        self.host.run("systemctl", "start", "slotwarden")
        self.tell("members of the group are told, with a daemon and without")

    def daemon_comes_and_goes(self, cluster: Cluster, warden: BootedWarden) -> None:
        before = pids(cluster)
        with self.connected(cluster) as clients:
            daemon = warden.pid
            self.host.kill(daemon)
            until(lambda: warden.pid not in (0, daemon) and warden.answers(), 60, "systemd has restarted the daemon")
            self.taken_back(cluster, warden, before, clients, "kill -9 of the daemon")
            self.host.run("systemctl", "restart", "slotwarden")
            self.taken_back(cluster, warden, before, clients, "systemctl restart")
            self.host.run("systemctl", "stop", "slotwarden")
            self.assertEqual(pids(cluster), before)
            self.host.run("systemctl", "start", "slotwarden")
            self.taken_back(cluster, warden, before, clients, "systemctl stop and start")

    def upgraded_and_removed(self, cluster: Cluster, warden: BootedWarden) -> None:
        before = pids(cluster)
        package = next(iter(booted.PACKAGES.glob("slotwarden_*.deb")))
        following = booted.next_version(package, self.world.directory)
        with self.connected(cluster) as clients:
            daemon = warden.pid
            self.host.install(following)
            self.assertNotEqual(warden.pid, daemon, "the daemon was restarted by the upgrade")
            self.taken_back(cluster, warden, before, clients, "the upgrade")
            until(lambda: all(save_points(it) != OWN_POINTS for it in cluster.servers), 60, "slotwarden decides who saves")
            told = self.host.run("dpkg", "--remove", "slotwarden")
            for server in cluster.servers:
                self.assertEqual(save_points(server), OWN_POINTS, "without slotwarden it saves by its own save points")
            for port, pid in before.items():
                self.assertRegex(told, rf"{port}\s+{pid}", "who removes it is told which servers run on")
            self.assertNotIn("slotwardend", self.host.run("ps", "-A", "-o", "comm="))
            self.assertEqual(pids(cluster), before)
            self.host.install(following)
            self.taken_back(cluster, warden, before, clients, "removal and installation")

    def taken_back(self, cluster: Cluster, warden: BootedWarden, before: "Pids", clients: "Connected",
                   what: str) -> None:
        warden.wait_running()
        self.assertEqual({it["port"]: it["pid"] for it in warden.ask("STATUS")}, before, f"after {what}")
        self.assertEqual(pids(cluster), before, f"after {what}")
        for client in clients.each:
            self.assertEqual(client.call("PING"), "PONG", f"a connection outlives {what}")
        self.tell(f"{what}: the same processes, every connection whole")

    def masters_killed(self, cluster: Cluster, warden: BootedWarden) -> None:
        for shard in cluster.shards:
            victim = cluster.master(shard)
            self.host.kill(victim.pid() or 0)
            until(lambda: cluster.master(shard) is not victim, 30, "its replica has taken over")
            cluster.wait_whole()
        self.assertEqual(self.host.shown("slotwarden", "ActiveState"), "active")
        self.tell("kill -9 of each master in turn")

    def connected(self, cluster: Cluster) -> "Connected":
        return Connected([it.client(timeout=10) for it in cluster.servers])


Pids = dict[int, "int | None"]


class Connected:
    """Idle connections, one to each server."""

    def __init__(self, clients: list[Client]):
        self.each = clients

    def __enter__(self) -> "Connected":
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.each:
            client.close()


def pids(cluster: Cluster) -> Pids:
    return {it.port: it.pid() for it in cluster.servers}


if __name__ == "__main__":
    main()
