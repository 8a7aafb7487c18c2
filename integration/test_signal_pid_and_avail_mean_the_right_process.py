#!/usr/bin/env python3
"""`pid` names the processes that run, `avail` everything that is configured, and `signal` reaches the one that is meant."""

import os
import subprocess

from world import processes
from world.scenario import Scenario, main
from world.waiting import until
from world.world import build_directory


class SmallCommands(Scenario):
    def test_they_agree_with_the_kernel(self) -> None:
        one, two, down = (self.world.server(save='""') for _ in range(3))
        warden = self.warden([one, two, down]).start()
        warden.wait_running()
        self.assertEqual(warden.ctl("stop", down.port)[0], 0)

        code, answer = warden.ctl("pid", "all")
        self.assertEqual(answer, [{"port": it.port, "pid": it.pid()} for it in (one, two, down)])
        self.assertEqual(code, 3, "one of them does not run")
        self.assertEqual(warden.ctl("pid", one.port, two.port)[0], 0)
        self.assertEqual(warden.human("pid").strip(), str(warden.pid), "without an instance: the daemon's")

        code, answer = warden.ctl("avail")
        self.assertEqual(code, 0)
        self.assertEqual([(it["port"], it["state"]) for it in answer],
                         [(one.port, "RUNNING"), (two.port, "RUNNING"), (down.port, "STOPPED")])
        self.assertEqual({it["server"] for it in answer}, {str(one.binary)})
        self.assertEqual([it["config"] for it in answer], [str(it.config) for it in (one, two, down)])

        pid = one.pid() or 0
        self.assertEqual(warden.ctl("signal", "STOP", one.port)[0], 0)
        until(lambda: self.kernel_state(pid) == "T", 10, "it is stopped")
        self.assertNotEqual(self.kernel_state(two.pid() or 0), "T")
        self.assertEqual(warden.ctl("signal", "CONT", one.port)[0], 0)
        one.wait_ready()
        sent = warden.events(one, "signal")
        self.assertEqual([it["detail"].split(",")[0] for it in sent], ["SIGSTOP", "SIGCONT"])
        self.assertIn(f"uid {os.getuid()}", sent[0]["detail"], "who sent it")

        self.assertEqual(warden.ctl("signal", "KILL", one.port)[0], 0)
        until(lambda: one.pid() not in (None, pid), 30, "wanted up, it comes back")
        self.assertEqual(warden.ctl("signal", "TERM", down.port)[0], 3, "exit code for not running")
        self.assertEqual(warden.ctl("signal", "NONSENSE", one.port)[0], 2)
        self.assertEqual(warden.ctl("signal", "TERM")[0], 2)
        self.assertEqual(warden.ctl("pid", 1)[0], 1)

    def test_what_could_not_be_written_is_no_success(self) -> None:
        with open("/dev/full", "wb") as full:
            done = subprocess.run([build_directory() / "slotwardenctl", "help"], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("could not be written", done.stderr.decode())

    def kernel_state(self, pid: int) -> str:
        found = processes.process(pid)
        return found.state if found else ""


if __name__ == "__main__":
    main()
