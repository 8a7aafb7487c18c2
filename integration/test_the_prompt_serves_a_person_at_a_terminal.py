#!/usr/bin/env python3
"""slotwardenctl without a command, at a terminal: what is shown, completion, history that outlives the session, mistakes
that end nothing, an interrupt that ends what is under way and no more, and the two ways out."""

from pathlib import Path

from world.console import INTERRUPT, TAB, UP, Console
from world.scenario import Scenario, main
from world.servers import Server
from world.warden import Warden
from world.world import build_directory

PROMPT = "slotwarden> "


class Prompt(Scenario):
    def console(self, warden: Warden, home: Path) -> Console:
        home.mkdir(exist_ok=True)
        made = Console([build_directory() / "slotwardenctl", "-s", warden.socket], home)
        self.addCleanup(made.close)
        return made

    def kept_pair(self) -> tuple[Warden, list[Server]]:
        servers = [self.world.server(save='""') for _ in range(2)]
        warden = self.warden(servers).start()
        warden.wait_running()
        return warden, servers

    def test_a_session(self) -> None:
        warden, servers = self.kept_pair()
        home = self.world.directory / "person"
        first = self.console(warden, home)
        shown = first.expect(PROMPT)
        for server in servers:
            self.assertIn(f"{server.port}  RUNNING", shown, "it begins with the status")

        first.edit("sta" + TAB)
        first.expect("sta")
        first.edit("t" + TAB)
        first.expect("tus ")
        first.edit(TAB)
        first.expect(f"{servers[0].port}  {servers[1].port}  all  storage")
        first.expect(PROMPT)
        first.enter(f"{servers[1].port}")
        shown = first.expect(PROMPT)
        self.assertIn("RUNNING", shown)
        self.tell("completion offers commands and instances")

        first.enter("stattus")
        self.assertIn("stattus", first.expect(PROMPT))
        first.enter('hold "unbalanced')
        first.expect("quote")
        first.expect(PROMPT)
        first.enter(f"pid {servers[0].port}")
        first.expect(str(servers[0].pid()))
        first.expect(PROMPT)
        self.tell("mistakes are told and end nothing")

        first.edit(UP)
        first.expect(f"pid {servers[0].port}")
        first.enter("")
        first.expect(str(servers[0].pid()))
        first.expect(PROMPT)
        first.enter("quit")
        self.assertEqual(first.ends(), 2, "the exit code of the last failure")

        history = home / ".slotwardenctl_history"
        self.assertEqual(history.stat().st_mode & 0o777, 0o600)
        second = self.console(warden, home)
        second.expect(PROMPT)
        second.edit(UP + UP)
        second.expect(f"pid {servers[0].port}")
        self.tell("history outlives the session")
        second.enter("")
        second.expect(str(servers[0].pid()))
        second.expect(PROMPT)
        second.end_input()
        self.assertEqual(second.ends(), 0)

    def test_it_waits_with_the_person_and_can_be_interrupted(self) -> None:
        warden, servers = self.kept_pair()
        console = self.console(warden, self.world.directory / "person")
        console.expect(PROMPT)
        console.enter(f"restart {servers[0].port}")
        shown = console.expect(PROMPT, timeout=60)
        self.assertIn("started", shown, "what happens meanwhile is told at a terminal")
        self.assertIn("running as", shown)
        console.enter(f"events -f {servers[0].port}")
        console.expect("running")
        servers[0].kill()
        console.expect("exited")
        console.type(INTERRUPT)
        console.expect(PROMPT)
        self.tell("an interrupt ends the command, and the prompt is back")
        console.edit("shutd")
        console.expect("shutd")
        console.edit(INTERRUPT)
        console.expect(PROMPT)
        console.enter("ping")
        console.expect("PONG")
        console.expect(PROMPT)
        self.tell("an interrupt drops the line that was begun")
        console.end_input()
        self.assertEqual(console.ends(), 130, "the exit code of the last failure")

    def test_without_a_daemon_it_says_so_and_stays(self) -> None:
        warden, servers = self.kept_pair()
        warden.stop()
        console = self.console(warden, self.world.directory / "person")
        self.assertIn(str(warden.socket), console.expect(PROMPT))
        warden.start().wait_running()
        console.enter("status")
        console.expect(f"{servers[0].port}  RUNNING")
        console.expect(PROMPT)
        console.enter("exit")
        self.assertEqual(console.ends(), 0)


if __name__ == "__main__":
    main()
