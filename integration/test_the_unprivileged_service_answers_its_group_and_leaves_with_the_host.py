#!/usr/bin/env python3
"""A host whose daemon runs as the servers' user, by the example that is installed: the members of the group are told,
with a daemon and without, and a shutdown of the host loses nothing."""

from world import booted
from world.booted import BootedWarden, OnABootedHost
from world.scenario import main
from world.waiting import until
from world.writer import Writer

EXAMPLE = "/usr/share/doc/slotwarden/examples/unprivileged.conf"
DROP_INS = "/etc/systemd/system/slotwarden.service.d"


class UsersWarden(BootedWarden):
    def write_config(self, extra: str = "") -> None:
        super().write_config(extra)
        for file in (self.host.root / "etc/slotwarden/conf.d").glob("*.toml"):
            file.write_text("".join(it for it in file.read_text().splitlines(True) if not it.startswith("user")))


class Unprivileged(OnABootedHost):
    def test_it_does_all_that_matters(self) -> None:
        # As the example says.
        self.host.run("mkdir", "-p", DROP_INS)
        self.host.run("cp", EXAMPLE, DROP_INS)
        self.host.run("chown", "-R", "redis:slotwarden", "/var/lib/slotwarden")
        # Left alone, such servers write nothing at all when they are stopped.
        cluster = booted.cluster_on(self.host, save='""')
        warden = UsersWarden(self.host, cluster.servers)
        self.wardens.append(warden)
        warden.write_config()
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "restart", "slotwarden")
        warden.wait_running()
        cluster.form()
        self.settle(warden, cluster)
        self.assertEqual(self.host.run("ps", "-o", "user=", "-p", warden.pid).strip(), "redis")
        self.tell("a daemon that is not root keeps a cluster")
        self.members_are_told()
        with Writer(cluster, place=self.host.network) as writer:
            until(lambda: writer.acknowledged() > 1000, 60, "writes are acknowledged")
        warden.wait_running()
        self.host.power_off()
        self.host.boot()
        warden.wait_running(timeout=120)
        self.assertTrue(warden.events(name="host-goes-down"), "it did not know why it was stopped")
        cluster.wait_whole(120)
        self.assertEqual(writer.lost(), 0)
        self.tell(f"switched off and on: all of {writer.acknowledged()} writes are there")

    def members_are_told(self) -> None:
        def status(of: str) -> str:
            return self.host.run("setpriv", "--reuid=nobody", f"--regid={of}", "--clear-groups", "slotwardenctl", "status",
                                 check=False)

        self.assertEqual(status("slotwarden").count("RUNNING"), 6, self.host.report())
        self.assertNotIn("RUNNING", status("nogroup"))
        self.host.run("systemctl", "stop", "slotwarden")
        told = status("slotwarden")
        self.assertIn("The daemon does not answer", told)
        self.assertEqual(told.count("RUNNING"), 6, told)
        self.assertNotIn("RUNNING", status("nogroup"))
        self.host.run("systemctl", "start", "slotwarden")
        self.tell("members of the group are told, with a daemon and without")


if __name__ == "__main__":
    main()
