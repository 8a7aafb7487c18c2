#!/usr/bin/env python3
"""A port or a data directory that somebody else has: refused, naming him, and he is never signalled."""

import os
import signal
import socket
import subprocess
from pathlib import Path

from world import processes
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until


class Strangers(Scenario):
    def listener(self, port: int) -> socket.socket:
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        self.addCleanup(taken.close)
        return taken

    def test_a_taken_port_or_bus_port(self) -> None:
        client_port, bus_port, sound = (self.world.server() for _ in range(3))
        holders = self.listener(client_port.port), self.listener(bus_port.port + 10000)
        warden = self.warden([client_port, bus_port, sound]).start()
        warden.wait_state(sound, "RUNNING")
        for server in (client_port, bus_port):
            held = warden.wait_held(server, "port-taken")
            self.assertIn(str(os.getpid()), str(held["hold"]) + str(warden.explain(server)), "the holder is not named")
            self.tell(f"{server.port}: {held['hold']['because']}")
        for holder in holders:
            holder.close()
        warden.wait_running()

    def test_a_server_that_somebody_else_started(self) -> None:
        server, sound = self.world.server(), self.world.server()
        server.start()
        server.wait_ready()
        pid = server.pid()
        assert pid
        warden = self.warden([server, sound]).start()
        warden.wait_state(sound, "RUNNING")
        held = warden.wait_held(server)
        self.tell(f"{held['hold']['rule']}: {held['hold']['because']}")
        self.assertIn(str(pid), str(held["hold"]) + str(warden.explain(server)) + str(warden.events(server)))
        for command in (("stop", server.port), ("restart", server.port), ("signal", "TERM", server.port)):
            warden.ctl(*command)
        self.assertTrue(processes.alive(pid), "a process that is not ours was ended")
        self.assertTrue(server.ready())

    def test_a_second_server_in_the_data_directory(self) -> None:
        server = self.world.server()
        other = Server(self.world.ports(1)[0], server.home / "other", server.binary, {"dir": str(server.data)})
        other.write_config()
        other.start()
        self.world.servers.append(other)
        other.wait_ready()
        warden = self.warden([server]).start()
        held = warden.wait_held(server, "directory-taken")
        self.tell(f"{held['hold']['rule']}: {held['hold']['because']}")
        processes.send(int(other.info("server")["process_id"]), signal.SIGKILL)
        until(server.ready, 30, "the directory is free and the server runs")

    def test_a_pid_that_was_reused_is_not_taken_for_the_server(self) -> None:
        server = self.world.server()
        warden = self.warden([server]).start()
        warden.wait_running()
        warden.kill9()
        server.kill()
        until(lambda: server.pid() is None, 10, "the server is gone")
        bystander = subprocess.Popen(["sleep", "600"], cwd=self.world.directory)
        self.addCleanup(bystander.wait)
        self.addCleanup(bystander.kill)
        remembered = 0
        for file in (it for it in warden.state.rglob("*") if it.is_file()):
            remembered += self.put_pid(file, bystander.pid)
        self.assertTrue(remembered, "no identity file names the process")
        warden.start()
        warden.wait_running()
        self.assertIsNone(bystander.poll(), "a bystander was ended")
        self.assertEqual(warden.ctl("stop", server.port)[0], 0)
        self.assertIsNone(bystander.poll(), "a bystander was ended")

    def put_pid(self, file: Path, pid: int) -> int:
        """Identity files hold the boot id, a newline and /proc/PID/stat: the pid is its first word."""
        lines = file.read_text(errors="surrogateescape").split("\n")
        if len(lines) < 2 or " (" not in lines[1] or len(lines[0]) != 36:
            return 0
        lines[1] = f"{pid} {lines[1].partition(' ')[2]}"
        file.write_text("\n".join(lines))
        return 1


if __name__ == "__main__":
    main()
