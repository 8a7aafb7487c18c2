#!/usr/bin/env python3
"""Debian's monit, in a booted host, restarts a server of an init script. slotwarden does not take it over, naming monit
and its file, nor the unit that systemd makes of the script; taken out of monit's configuration it is adopted."""

import shutil
from pathlib import Path

from world.booted import BootedServer, BootedWarden, OnABootedHost
from world.scenario import main
from world.waiting import until

SCRIPT = """#!/bin/sh
### BEGIN INIT INFO
# Provides:          redis_{port}
# Required-Start:    $remote_fs
# Required-Stop:     $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: redis on port {port}
### END INIT INFO
case "$1" in
  start) start-stop-daemon --start --quiet --chuid redis:redis --exec /usr/bin/redis-server -- {config} ;;
  stop) start-stop-daemon --stop --quiet --retry 10 --pidfile {pidfile} ;;
esac
"""
WATCH = """set daemon 1
set log /var/log/monit.log
check process redis with pidfile {pidfile}
  start program = "/usr/bin/systemctl start redis_{port}"
  if failed port {port} then restart
"""


class RealMonit(OnABootedHost):
    def setUp(self) -> None:
        if not shutil.which("monit"):
            self.skipTest("no monit: ./dev deps bench")
        super().setUp()

    def test_it_is_refused_by_name_until_it_is_taken_out(self) -> None:
        server = self.by_init_script()
        self.watched(server)
        warden = BootedWarden(self.host, [server])
        self.wardens.append(warden)
        pid = server.pid()
        told = warden.ctl("adopt", server.port, "--yes")[1][0]
        self.assertEqual((told["outcome"], told["rule"]), ("refused", "rival"), told)
        self.assertIn("monit, in /etc/monit/monitrc", told["text"])
        self.tell(f"adopt: {told['text']}")
        # Configured all the same: the daemon does not start beside it.
        warden.write_config()
        self.host.run("systemctl", "reload", "slotwarden")
        held = warden.wait_held(server, "port-taken", "directory-taken")
        self.assertEqual(server.pid(), pid)
        self.assertIn(f"of the unit redis_{server.port}.service", str(warden.explain(server)))
        self.tell(f"the daemon: {held['hold']['rule']}, naming the unit that has it")
        (self.host.root / f"etc/slotwarden/conf.d/{server.port}.toml").unlink()
        self.host.run("systemctl", "reload", "slotwarden")
        # Taken out of monit's configuration, which is read again.
        (self.host.root / "etc/monit/monitrc").write_text("set daemon 1\nset log /var/log/monit.log\n")
        self.host.run("systemctl", "restart", "watcher.service")
        told = warden.ctl("adopt", server.port, "--yes")[1][0]
        self.assertEqual(told["outcome"], "done", told)
        self.assertEqual(server.pid(), pid)
        warden.wait_running()
        self.host.kill(pid or 0)
        until(lambda: server.pid() not in (None, pid), 60, "slotwarden has started it again")
        warden.wait_running()
        scope = f"slotwarden-{server.port}.scope"
        until(lambda: scope in self.host.run("cat", f"/proc/{server.pid()}/cgroup"), 60, "it is in its scope")
        self.tell("taken out of monit, the server of the init script was adopted, and is slotwarden's to restart")

    def by_init_script(self) -> BootedServer:
        port = self.world.ports(1)[0]
        server = BootedServer(port, self.host.root / "srv/redis" / str(port), Path("/usr/bin/redis-server"),
                              {"cluster-enabled": "no", "daemonize": "yes"}, place=self.host.network)
        server.options["pidfile"] = f"/srv/redis/{port}/server.pid"
        server.write_config()
        script = self.host.root / f"etc/init.d/redis_{port}"
        config = "/" + str(server.config.relative_to(self.host.root))
        script.write_text(SCRIPT.format(port=port, config=config, pidfile=server.options["pidfile"]))
        script.chmod(0o755)
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "start", f"redis_{port}")
        server.wait_ready()
        self.tell("systemd runs a server by an init script")
        return server

    def watched(self, server: BootedServer) -> None:
        shutil.copy(shutil.which("monit") or "", self.host.root / "usr/local/bin/monit")
        file = self.host.root / "etc/monit/monitrc"
        file.parent.mkdir(exist_ok=True)
        file.write_text(WATCH.format(port=server.port, pidfile=server.options["pidfile"]))
        file.chmod(0o700)
        self.host.run("systemd-run", "--unit=watcher.service", "/usr/local/bin/monit", "-I", "-c", "/etc/monit/monitrc")
        log = self.host.root / "var/log/monit.log"
        until(lambda: log.exists() and "redis" in log.read_text() or "Monit" in log.read_text(), 30, "monit watches")
        self.tell("monit watches it")


if __name__ == "__main__":
    main()
