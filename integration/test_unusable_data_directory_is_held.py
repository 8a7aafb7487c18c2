#!/usr/bin/env python3
"""A data directory that cannot be written to, or a full disk: held with the reason, the others run, and it heals."""

import os
import subprocess
import unittest
from pathlib import Path

from world import processes
from world.scenario import Scenario, main
from world.waiting import until


class UnusableDirectory(Scenario):
    def give_small_disk(self, directory: Path) -> None:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", directory], capture_output=True)
        if mounted.returncode:
            self.skipTest("cannot mount a small tmpfs here")
        self.addCleanup(subprocess.run, ["umount", "-l", directory], check=True)
        # Ended before that: whoever works in a directory that is mounted no more cannot be told to be of this world.
        self.addCleanup(processes.end_all, self.world.directory)

    def fill(self, directory: Path) -> Path:
        ballast = directory / "ballast"
        with open(ballast, "ab", buffering=0) as file:
            try:
                while file.write(b"x" * 2**12):
                    pass
            except OSError:
                pass
        return ballast

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to run servers as nobody")
    def test_an_unwritable_directory(self) -> None:
        self.world.directory.chmod(0o755)
        locked, sound = self.world.server(), self.world.server()
        for server in (locked, sound):
            server.home.chmod(0o777)
            server.config.chmod(0o644)
            server.data.chmod(0o755)
        subprocess.run(["chown", "nobody", sound.data], check=True)
        warden = self.warden([locked, sound], instance='user = "nobody"').start()
        warden.wait_state(sound, "RUNNING")
        held = warden.wait_held(locked, "directory-unwritable")
        self.tell(f"{held['hold']['rule']}: {held['hold']['because']}")
        self.assertIn(str(locked.data), str(held["hold"]) + str(warden.explain(locked)))
        subprocess.run(["chown", "nobody", locked.data], check=True)
        until(locked.ready, 30, "it runs as soon as it can write")

    def test_a_full_disk(self) -> None:
        full, sound = self.world.server(), self.world.server()
        self.give_small_disk(full.data)
        ballast = self.fill(full.data)
        warden = self.warden([full, sound]).start()
        warden.wait_state(sound, "RUNNING")
        held = warden.wait_held(full, "disk-full")
        self.tell(f"{held['hold']['rule']}: {held['hold']['because']}")
        ballast.unlink()
        until(full.ready, 30, "it runs as soon as there is room")

    def test_a_full_disk_of_the_state_directory(self) -> None:
        server = self.world.server()
        warden = self.warden([server])
        warden.state.mkdir()
        self.give_small_disk(warden.state)
        warden.start().wait_state(server, "RUNNING")
        self.fill(warden.state)
        (warden.state / "run" / f"{server.port}.process").unlink()  # or its room would be enough for the next one
        ballast = self.fill(warden.state)
        server.kill()
        refused = f"{server.port}.process: No space left on device"
        until(lambda: refused in warden.log.read_text(), 30, "a start was tried in vain")
        ballast.unlink()
        until(server.ready, 60, "it runs once there is room, without a word of the operator")

    def test_a_disk_filled_by_the_unfinished_file_of_a_dead_writer(self) -> None:
        full = self.world.server()
        self.give_small_disk(full.data)
        room = os.statvfs(self.world.directory)
        if room.f_bavail < room.f_blocks * 0.12:
            self.skipTest("the disk of the state directory has no tenth to spare")
        gone = subprocess.Popen(["true"])
        gone.wait()
        leftover = full.data / f"temp-{gone.pid}.rdb"
        with open(leftover, "wb") as file:
            try:
                for _ in range(2**10):
                    file.write(b"x" * 2**16)
                    file.flush()
            except OSError:
                pass
        whole = leftover.stat().st_size
        warden = self.warden([full]).start()
        until(full.ready, 30, "room was made, and it runs")
        carried = warden.state / "aside" / str(full.port) / leftover.name
        self.assertEqual(carried.stat().st_size, whole, "not carried whole")
        self.assertFalse(leftover.exists())
        self.assertIn(str(carried), warden.wait_event("set-aside", full)[0]["detail"])


if __name__ == "__main__":
    main()
