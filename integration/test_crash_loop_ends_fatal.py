#!/usr/bin/env python3
"""A server that dies at every start: longer and longer pauses, then FATAL, and nobody else notices."""

from datetime import datetime

from world.scenario import Scenario, main
from world.waiting import stays, until

BUDGET = 6
POLICY = f"""
[backoff]
first_delay = "50ms"
longest_delay = "2s"
budget = {BUDGET}
jitter_percent = 10
"""


class CrashLoop(Scenario):
    def test_restarts_are_spaced_and_come_to_an_end(self) -> None:
        sound, sick = self.world.server(), self.world.server()
        program = self.world.directory / "crashing-server"
        program.write_text("#!/bin/sh\necho started >> " + f"{self.world.directory}/starts\nexit 1\n")
        program.chmod(0o755)
        sick.binary = program
        warden = self.warden([sound, sick], policies={"storage": POLICY}).start()
        warden.wait_state(sound, "RUNNING")
        pid = sound.pid()
        warden.wait_state(sick, "FATAL")
        starts = len((self.world.directory / "starts").read_text().split())
        self.assertLessEqual(starts, BUDGET + 1)
        self.assertGreaterEqual(starts, BUDGET - 1)
        deaths = [datetime.fromisoformat(it["at"]) for it in warden.events(sick, "exited")]
        pauses = [(b - a).total_seconds() for a, b in zip(deaths, deaths[1:])]
        self.tell("pauses between deaths: " + ", ".join(f"{it:.2f} s" for it in pauses))
        for n, pause in enumerate(pauses):  # the first delay, doubled each time; a tenth less by chance
            self.assertGreaterEqual(pause, 0.9 * 0.05 * 2 ** n, "the pauses do not grow")
        status = warden.status(sick)
        self.assertEqual(status["hold"]["rule"], "restarts-spent")
        code, _ = warden.ctl("status", sick.port)
        self.assertEqual(code, 3)
        stays(lambda: len((self.world.directory / "starts").read_text().split()) == starts, 3, "it stays down")
        self.assertEqual(sound.pid(), pid)

        self.tell("the program is mended and the operator starts it")
        program.write_text(f"#!/bin/sh\nexec {sound.binary} \"$@\"\n")
        code, answer = warden.ctl("start", sick.port)
        self.assertEqual(code, 0, answer)
        until(sick.ready, 30, "it runs")

    def test_a_program_that_cannot_be_executed_is_fatal_at_once(self) -> None:
        sound, missing, text = self.world.server(), self.world.server(), self.world.server()
        missing.binary = self.world.directory / "no-such-server"
        text.binary = self.world.directory / "not-a-program"
        text.binary.write_text("this is not a program\n")
        text.binary.chmod(0o755)
        warden = self.warden([sound, missing, text]).start()
        for server in (missing, text):
            state = warden.wait_state(server, "FATAL", "HELD")
            self.assertIn(str(server.binary), str(state["hold"]["because"]) + str(warden.events(server)))
            self.assertLessEqual(len(warden.events(server, "started")), 1, "it was tried again and again")
        warden.wait_state(sound, "RUNNING")


if __name__ == "__main__":
    main()
