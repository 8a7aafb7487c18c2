#!/usr/bin/env python3
"""The kernel ends servers of an installed service whose scopes are limited: told as what it is, though the kernel's log
is hidden from the service. What dies of something else is not told so."""

from pathlib import Path

from world import booted
from world.booted import BootedHost, BootedServer, BootedWarden
from world.resp import Disconnected
from world.scenario import Scenario, main
from world.waiting import until

LIMIT = 64 << 20


class MemoryLimit(Scenario):
    needs_slotwarden = False

    def setUp(self) -> None:
        booted.required()
        if not Path("/sys/fs/cgroup/memory/memory.oom_control").exists():
            self.skipTest("this machine has no memory controller of version 1, the only one that these containers have")
        super().setUp()
        self.host = BootedHost(self.world)
        self.addCleanup(self.host.close)
        self.host.boot(memory_groups=True)
        shipped = self.host.root / "usr/share/slotwarden/policies/storage.toml"
        limited = shipped.read_text().replace('memory_max = "unlimited"', 'memory_max = "64MiB"')
        # It comes back each time, also where what it held was seen before it died.
        self.host.set_policy("storage", limited.replace("data_may_go = false", "data_may_go = true"))
        self.server = self.limited_server()
        self.warden = BootedWarden(self.host, [self.server])
        self.wardens.append(self.warden)
        self.warden.write_config()
        self.host.run("systemctl", "reload", "slotwarden")
        self.wait_limited()

    def limited_server(self) -> BootedServer:
        port = self.world.ports(1)[0]
        made = BootedServer(port, self.host.root / "srv/redis" / str(port), Path("/usr/bin/redis-server"),
                            {"cluster-enabled": "no", "save": '""'}, place=self.host.network)
        made.write_config()
        return made

    def test_it_is_told(self) -> None:
        self.fill_until_dead()
        told = self.ends(1)
        self.assertIn("signal 9 (SIGKILL), by the OOM killer", told)
        self.wait_limited()
        explained = next(it for it in self.warden.explain(self.server)["evidence"] if it["name"] == "its last end")
        self.assertIn("by the OOM killer", explained["value"])
        self.tell(f"{told}; explain says so too")

        self.host.kill(self.server.pid() or 0)
        told = self.ends(2)
        self.assertIn("SIGKILL", told)
        self.assertNotIn("OOM", told)
        self.wait_limited()
        self.tell(f"killed by hand: {told}")

        self.host.run("systemctl", "restart", "slotwarden")
        self.warden.wait_event("adopted", self.server)
        self.wait_limited()
        self.fill_until_dead()
        told = self.ends(3)
        self.assertIn("exit status unknown", told)
        # systemd, its parent now, may have removed its group already; then nothing is claimed.
        self.tell(f"taken back by another daemon: {told}")

    @property
    def unit(self) -> str:
        return f"slotwarden-{self.server.port}.scope"

    def wait_limited(self) -> None:
        self.warden.wait_running()
        until(lambda: self.unit in self.host.run("cat", f"/proc/{self.server.pid()}/cgroup"), 60, "it is in its scope")
        self.assertEqual(self.host.shown(self.unit, "MemoryMax"), str(LIMIT))
        until(self.counted, 60, "the daemon counts what the kernel ends in it")

    def counted(self) -> bool:
        return any(it["name"] == "killed for memory in its scope" for it in self.warden.explain(self.server)["evidence"])

    def ends(self, count: int) -> str:
        return str(self.warden.wait_event("exited", self.server, count)[-1]["detail"])

    def fill_until_dead(self) -> None:
        with self.server.client(timeout=60) as client:
            for n in range(4096):
                try:
                    client.call("SET", f"k{n}", "x" * (1 << 20))
                except (OSError, Disconnected):
                    return
        self.fail("it took 4 GiB and lives")


if __name__ == "__main__":
    main()
