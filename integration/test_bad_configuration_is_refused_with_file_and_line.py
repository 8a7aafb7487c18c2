#!/usr/bin/env python3
"""Every mistake in the configuration is told with its file, its line and what to write, and spoils only what it is
in."""

import subprocess

from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden
from world.world import build_directory


class BadConfiguration(Scenario):
    def check(self, warden: Warden) -> tuple[int, str]:
        done = subprocess.run([build_directory() / "slotwardend", "--config", warden.config, "--check-config"],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def line_of(self, warden: Warden, text: str, occurrence: int = 1) -> int:
        lines = warden.config.read_text().splitlines()
        return [n for n, line in enumerate(lines, 1) if text in line][occurrence - 1]

    def test_check_config_names_the_place_and_the_mend(self) -> None:
        one, two = self.world.server(), self.world.server()
        warden = self.warden([one, two])
        sound = warden.config.read_text()
        self.assertEqual(self.check(warden)[0], 0, "the sound one")
        cases = {
            "syntax": (f"port = {two.port}", f"port = = {two.port}", f"port = = {two.port}", ""),
            "unknown key": (f"port = {two.port}", f"port = {two.port}\npolizy = \"cache\"", "polizy", "policy"),
            "unknown policy": ('policy = "storage"', 'policy = "storag"', 'policy = "storag"', "storage"),
            "port out of range": (f"port = {two.port}", "port = 70000", "port = 70000", "65535"),
            "port as text": (f"port = {two.port}", f'port = "{two.port}"', f'port = "{two.port}"', ""),
            "relative path": (f'config = "{two.config}"', 'config = "server.conf"', 'config = "server.conf"', "/"),
        }
        for name, (sane, broken, marker, mend) in cases.items():
            with self.subTest(mistake=name):
                warden.config.write_text(sound.replace(sane, broken))
                code, said = self.check(warden)
                self.assertEqual(code, 1, said)
                place = f"{warden.config}:{self.line_of(warden, marker)}"
                self.assertIn(place, said)
                self.assertIn(mend, said)
                self.tell(f"{name}: {said.strip().splitlines()[0].replace(str(warden.directory), '…')}")

    def test_two_instances_cannot_share_a_port(self) -> None:
        one, two, sound = self.world.server(), self.world.server(), self.world.server()
        warden = self.warden([one, two, sound])
        warden.config.write_text(warden.config.read_text().replace(f"port = {two.port}", f"port = {one.port}"))
        code, said = self.check(warden)
        self.assertEqual(code, 1)
        self.assertIn(f"{warden.config}:{self.line_of(warden, f'port = {one.port}', 2)}", said)
        warden.start()
        warden.wait_state(sound, "RUNNING")

    def test_each_spoils_only_its_own_instance(self) -> None:
        sound, twin, missing, disagreeing, unreadable = (self.world.server() for _ in range(5))
        self.edit(twin, dir=str(sound.data))
        missing.config.unlink()
        self.edit(disagreeing, port=str(disagreeing.port + 1))
        unreadable.config.unlink()
        unreadable.config.mkdir()
        warden = self.warden([sound, twin, missing, disagreeing, unreadable]).start()
        warden.wait_state(sound, "RUNNING")
        expected = {twin: str(sound.data), missing: str(missing.config), disagreeing: str(disagreeing.port + 1),
                    unreadable: str(unreadable.config)}
        for server, word in expected.items():
            status = warden.wait_held(server)
            self.tell(f"{status['state']} by {status['hold']['rule']}: {status['hold']['because'][:110]}")
            told = str(status["hold"]) + str(warden.explain(server))
            self.assertIn(word, told, "what is wrong is not told")
        self.assertIsNotNone(sound.pid())

        self.tell("a mended file is noticed")
        missing.write_config()
        self.assertEqual(warden.ctl("start", missing.port)[0], 0)
        until(missing.ready, 30, "it runs")

    def edit(self, server: Server, **options: str) -> None:
        server.options |= options
        server.write_config()

    def test_a_bad_reload_keeps_the_old_configuration(self) -> None:
        one, two = self.world.server(), self.world.server()
        warden = self.warden([one, two]).start()
        warden.wait_running()
        pids = one.pid(), two.pid()
        sound = warden.config.read_text()
        warden.config.write_text(sound + "\n[[instance]\n")
        for command in ("reread", "update"):
            code, answer = warden.ctl(command)
            self.assertEqual(code, 1, answer)
            self.assertIn(f"{warden.config}:{len(sound.splitlines()) + 2}", str(answer))
        self.assertEqual((one.pid(), two.pid()), pids)
        self.assertEqual([it["state"] for it in warden.ask("STATUS")], ["RUNNING", "RUNNING"])

        third = self.world.server()
        warden.servers = [one, third]
        warden.write_config()
        code, answer = warden.ctl("reread")
        self.assertEqual((code, answer), (0, {"added": [third.port], "changed": [], "removed": [two.port]}))
        self.assertEqual(warden.ctl("update")[0], 0)
        until(third.ready, 30, "the new instance runs")
        self.assertEqual((one.pid(), two.pid()), pids, "update touched a running server")


if __name__ == "__main__":
    main()
