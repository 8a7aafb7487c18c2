#!/usr/bin/env python3
"""Hand-written units and bare daemons: adopted as they run, and slotwarden's own when the host has booted again."""

from pathlib import Path

from world.booted import BootedServer, BootedWarden, OnABootedHost
from world.scenario import main
from world.waiting import until

# As people write them: the server forks, stops by a command of its own, and has its socket below /run.
BY_HAND = """[Service]
Type=forking
ExecStart=/usr/bin/redis-server {config} --daemonize yes
ExecStop=/usr/bin/redis-cli -p {port} shutdown nosave
PIDFile=/run/redis-{port}/server.pid
Restart=on-failure
User=redis
Group=redis
RuntimeDirectory=redis-{port}
[Install]
WantedBy=multi-user.target
"""


class AfterAReboot(OnABootedHost):
    def test_they_start_by_slotwarden_with_all_their_data(self) -> None:
        by_hand, bare, foreign = self.by_hand(), self.bare(), self.foreign()
        warden = BootedWarden(self.host, [by_hand, bare])
        self.wardens.append(warden)
        _, told = warden.ctl("adopt")
        self.assertEqual({it["port"]: (it["keeper"], it["rule"]) for it in told},
                         {by_hand.port: ("unit", "unit-to-disarm"), bare.port: ("nobody", "kept-by-nobody"),
                          foreign.port: ("foreign-unit", "foreign-unit")}, told)
        self.assertIn("errand.service", next(it["detail"] for it in told if it["port"] == foreign.port))
        self.what_monit_names_is_refused(by_hand, warden)
        pids = {it.port: it.pid() for it in (by_hand, bare, foreign)}
        _, told = warden.ctl("adopt", "all", "--yes")
        self.assertEqual({it["port"]: (it["outcome"], it["rule"]) for it in told},
                         {by_hand.port: ("done", None), bare.port: ("done", None),
                          foreign.port: ("refused", "foreign-unit")}, told)
        self.assertEqual({it.port: it.pid() for it in (by_hand, bare, foreign)}, pids)
        self.tell("a hand-written unit's and a bare daemon are adopted; what runs inside another's unit is refused")
        for server in (by_hand, bare):
            server.call("SET", "written", "after it was adopted")
        self.host.power_off()
        self.tell("switched off")
        self.host.boot()
        warden.wait_running(timeout=60)
        self.assertEqual([by_hand.call("GET", "written"), bare.call("GET", "written")], ["after it was adopted"] * 2)
        unit = f"redis-{by_hand.port}.service"
        self.assertEqual(self.host.shown(unit, "UnitFileState"), "enabled", "that was not touched")
        self.assertEqual(self.host.shown(unit, "ActiveState"), "inactive")
        self.assertEqual(self.host.shown(unit, "ConditionResult"), "no")
        self.assertTrue(self.host.run("ls", f"/run/redis-{by_hand.port}/server.sock"))
        self.tell("switched on: slotwarden has started both, their units nothing")
        _, told = warden.ctl("stop", by_hand.port)
        _, told = warden.ctl("give-back", by_hand.port, "--yes")
        self.assertEqual(told[0]["outcome"], "done", told)
        self.host.run("systemctl", "start", unit)
        until(lambda: self.host.shown(unit, "MainPID") == str(by_hand.pid()), 30, "its unit has it")
        self.assertEqual(self.host.shown(unit, "Restart"), "on-failure")
        self.assertEqual(by_hand.call("GET", "written"), "after it was adopted")
        self.tell("given back: its unit starts it as before")

    def what_monit_names_is_refused(self, server: BootedServer, warden: BootedWarden) -> None:
        file = self.host.root / "etc/monit/conf.d/redis"
        file.parent.mkdir(parents=True)
        file.write_text(f'check process redis with pidfile /run/redis-{server.port}/server.pid\n'
                        f'  start program = "/usr/bin/systemctl start redis-{server.port}"\n')
        self.host.run("cp", "/usr/bin/sleep", "/usr/local/bin/monit")
        self.host.run("systemd-run", "--unit=monit.service", "/usr/local/bin/monit", "600")
        _, told = warden.ctl("adopt", server.port, "--yes")
        self.assertEqual((told[0]["outcome"], told[0]["rule"]), ("refused", "rival"), told)
        self.assertIn("monit, in /etc/monit/conf.d/redis", told[0]["text"])
        self.host.run("systemctl", "stop", "monit.service")
        self.tell("what monit would restart is refused, and monit is named")

    # The servers, each with a life of its own.

    def server(self, **options: str) -> BootedServer:
        port = self.world.ports(1)[0]
        given = {"cluster-enabled": "no", "save": "3600 1"} | {k.replace("_", "-"): v for k, v in options.items()}
        made = BootedServer(port, self.host.root / "srv/redis" / str(port), Path("/usr/bin/redis-server"), given,
                            place=self.host.network)
        made.write_config()
        return made

    def inside(self, path: Path) -> str:
        return "/" + str(path.relative_to(self.host.root))

    def by_hand(self) -> BootedServer:
        server = self.server()
        server.options |= {"pidfile": f"/run/redis-{server.port}/server.pid",
                           "unixsocket": f"/run/redis-{server.port}/server.sock"}
        server.write_config()
        unit = self.host.root / f"etc/systemd/system/redis-{server.port}.service"
        unit.write_text(BY_HAND.format(config=self.inside(server.config), port=server.port))
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "enable", "--now", unit.name)
        server.wait_ready()
        return server

    def bare(self) -> BootedServer:
        server = self.server(daemonize="yes", pidfile='""')
        self.host.run("systemd-run", "--scope", "--uid=redis", "redis-server", self.inside(server.config))
        server.wait_ready()
        return server

    def foreign(self) -> BootedServer:
        server = self.server(daemonize="yes", pidfile='""')
        self.host.run("systemd-run", "--unit=errand.service", "--uid=redis", "sh", "-c",
                      f"redis-server {self.inside(server.config)}; sleep 600")
        server.wait_ready()
        return server


if __name__ == "__main__":
    main()
