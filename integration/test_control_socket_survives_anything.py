#!/usr/bin/env python3
"""Garbage, idle crowds, clients that never read, and users without the right: the daemon still answers, nothing
changes."""

import multiprocessing
import os
import random
import socket
import stat
import time
import unittest
from multiprocessing.synchronize import Event
from pathlib import Path

from world import processes
from world.resp import Client, ServerError
from world.scenario import Scenario, main
from world.waiting import until
from world.warden import Warden

FRAMES = 3000


def refused(path: Path, answer: "multiprocessing.Queue[str]") -> None:
    os.setgid(65534)
    os.setuid(65534)
    try:
        with Client(path, timeout=5) as client:
            answer.put(str(client.call("STATUS")))
    except (OSError, ServerError) as error:
        answer.put(f"{type(error).__name__}")


def crowd(path: Path, size: int, told: "multiprocessing.Queue[int]", leave: Event) -> None:
    """Connects as nobody, says nothing, and stays until it is told to leave."""
    os.setgid(65534)
    os.setuid(65534)
    sockets = []
    for _ in range(size):
        sockets.append(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        sockets[-1].settimeout(2)
        try:
            sockets[-1].connect(str(path))
        except OSError:
            break
    told.put(len(sockets))
    leave.wait(120)


class ControlSocket(Scenario):
    def running(self) -> Warden:
        warden = self.warden([self.world.server(), self.world.server()]).start()
        warden.wait_running()
        return warden

    def unchanged(self, warden: Warden, pids: list[int | None]) -> None:
        self.assertTrue(warden.running())
        self.assertEqual([it.pid() for it in warden.servers], pids)
        self.assertEqual({it["state"] for it in warden.ask("STATUS")}, {"RUNNING"})
        self.assertEqual(warden.ctl("status")[0], 0)

    def test_garbage(self) -> None:
        warden = self.running()
        pids = [it.pid() for it in warden.servers]
        seed = random.randrange(10**6)
        self.tell(f"{FRAMES} frames of garbage, seed {seed}")
        chance = random.Random(seed)
        before = processes.resident_bytes(warden.pid)
        for _ in range(FRAMES):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
                raw.settimeout(5)
                raw.connect(str(warden.socket))
                try:
                    raw.sendall(self.frame(chance))
                    raw.shutdown(socket.SHUT_WR)
                    while raw.recv(65536):
                        pass
                except OSError:
                    pass
        self.unchanged(warden, pids)
        self.assertLess(processes.resident_bytes(warden.pid) - before, 32 * 2**20, "it remembers garbage")

    def frame(self, chance: random.Random) -> bytes:
        noise = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 300)))
        sane = b"*2\r\n$6\r\nSTATUS\r\n$5\r\n" + str(chance.randrange(10**5)).encode() + b"\r\n"
        at = chance.randrange(len(sane))
        return chance.choice((
            noise, sane[:at], sane[:at] + noise[:5] + sane[at:], b"*1000000000\r\n", b"*1\r\n$999999999999\r\n" + noise,
            b"*-5\r\n", b"*1\r\n" * 200, b"$5\r\nhello\r\n", b"STATUS " + noise + b"\r\n", b"\r\n" * 100,
            b"*3\r\n$7\r\nRESTART\r\n$5\r\n99999\r\n$8\r\n--reason\r\n", b"A" * 70000,
        ))

    def test_idle_crowds(self) -> None:
        warden = self.running()
        pids = [it.pid() for it in warden.servers]
        if os.geteuid():
            self.skipTest("needs root, to crowd in as somebody else")
        for directory in (self.world.directory, warden.directory):
            directory.chmod(0o755)
        warden.socket.chmod(0o666)
        fork = multiprocessing.get_context("fork")
        told: multiprocessing.Queue[int] = fork.Queue()
        leave = fork.Event()
        child = fork.Process(target=crowd, args=(warden.socket, 500, told, leave))
        child.start()
        self.tell(f"{told.get(timeout=60)} clients of another user are connected and silent")
        self.unchanged(warden, pids)
        leave.set()
        child.join()
        self.unchanged(warden, pids)

    def test_clients_that_never_read(self) -> None:
        warden = self.running()
        pids = [it.pid() for it in warden.servers]
        greedy = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(greedy.close)
        greedy.connect(str(warden.socket))
        greedy.settimeout(2)
        before = processes.resident_bytes(warden.pid)
        try:
            for _ in range(200):
                greedy.sendall(b"*2\r\n$7\r\nEXPLAIN\r\n$3\r\nall\r\n" * 100)
        except OSError:
            pass
        self.tell("one client asks 20,000 questions and never reads an answer")
        began = time.monotonic()
        self.unchanged(warden, pids)
        self.assertLess(time.monotonic() - began, 5)
        self.assertLess(processes.resident_bytes(warden.pid) - before, 64 * 2**20, "it keeps what nobody reads")

    def test_its_mode_keeps_others_out(self) -> None:
        warden = self.running()
        self.assertEqual(stat.S_IMODE(warden.socket.stat().st_mode), 0o660)
        if os.geteuid():
            raise unittest.SkipTest("needs root, to ask as nobody")
        for directory in (self.world.directory, warden.directory):
            directory.chmod(0o755)
        answer: multiprocessing.Queue[str] = multiprocessing.get_context("fork").Queue()
        child = multiprocessing.get_context("fork").Process(target=refused, args=(warden.socket, answer))
        child.start()
        self.assertEqual(answer.get(timeout=20), "PermissionError")
        child.join()

    def test_a_second_daemon_is_refused(self) -> None:
        warden = self.running()
        pids = [it.pid() for it in warden.servers]
        second = Warden(self.world, warden.servers, name="second")
        second.config.write_text(warden.config.read_text())
        with self.assertRaisesRegex(AssertionError, "slotwardend ended with 1"):
            second.start(timeout=20)
        self.unchanged(warden, pids)
        until(lambda: warden.ask("PING") == "PONG", 5, "the first one still answers")


if __name__ == "__main__":
    main()
