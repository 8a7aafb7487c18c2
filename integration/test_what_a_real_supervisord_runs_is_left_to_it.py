#!/usr/bin/env python3
"""Debian's supervisord keeps a server. slotwarden does not take it from it, does not start beside it, and names it; once
supervisord has let it go slotwarden has it."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from world import processes
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden

# Not in a socket's path: supervisorctl is not needed to end it, but to stop one program it is.
CONFIGURATION = """[supervisord]
nodaemon=true
user={user}
logfile={home}/supervisord.log
pidfile={home}/supervisord.pid
childlogdir={home}
[unix_http_server]
file={home}/control
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{home}/control
[program:redis]
command={binary} {config}
autorestart=true
startsecs=0
"""


class RealSupervisord(Scenario):
    def setUp(self) -> None:
        if not shutil.which("supervisord") or not shutil.which("supervisorctl"):
            self.skipTest("no supervisord: ./dev deps bench")
        super().setUp()

    def test_it_is_refused_by_name_and_taken_once_it_is_let_go(self) -> None:
        server = self.world.server(save='"3600 1"', cluster_enabled="no")
        keeper, control = self.supervised(server)
        pid = server.pid()
        warden = self.warden([]).start()
        code, told = self.adopt(warden, server)
        self.assertEqual((code, told[0]["rule"]), (4, "another-supervisor"), told)
        self.assertIn(f"supervisord (pid {keeper})", told[0]["text"])
        self.tell(f"adopt: {told[0]['text']}")

        warden.servers = [server]
        warden.write_config()
        warden.ask("UPDATE")
        warden.wait_held(server, "port-taken", "directory-taken")
        self.assertIn(f"supervisord (pid {keeper})", str(warden.explain(server)))
        self.assertEqual(server.pid(), pid)
        self.tell("the daemon does not start beside it, and names who does")

        server.call("SET", "written", "while supervisord had it")
        server.call("SAVE")
        subprocess.run([*control, "stop", "redis"], check=True, capture_output=True)
        warden.wait_running()
        self.assertEqual(server.call("GET", "written"), "while supervisord had it")
        self.assertFalse(processes.alive(pid or 0))
        self.tell("stopped there: slotwarden starts it, with its data")

    def supervised(self, server: Server) -> tuple[int, list[str]]:
        home = self.world.directory / "supervisor"
        home.mkdir()
        file = home / "supervisord.conf"
        file.write_text(CONFIGURATION.format(home=home, binary=server.binary, config=server.config, user=user()))
        daemon = subprocess.Popen(["supervisord", "-c", file], cwd="/", stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.world.children.append(daemon)
        server.wait_ready()
        self.tell("supervisord runs a server")
        return daemon.pid, ["supervisorctl", "-c", str(file)]

    def adopt(self, warden: Warden, server: Server) -> tuple[int, Any]:
        return warden.ctl("adopt", server.port, "--config", warden.config, "--yes")


def user() -> str:
    return Path("/proc/self").owner()


if __name__ == "__main__":
    main()
