#!/usr/bin/env python3
"""`tail` shows the end of what a server wrote, its own log file or what was captured of it; `tail -f` goes on with what is
appended, through a rotation, until it is interrupted."""

import signal
import subprocess

from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden
from world.world import build_directory


class Tail(Scenario):
    def follow(self, warden: Warden, server: Server) -> subprocess.Popen[str]:
        followed = subprocess.Popen([build_directory() / "slotwardenctl", "-s", warden.socket, "tail", "-f",
                                     str(server.port)], stdout=subprocess.PIPE, text=True, cwd=self.world.directory)
        assert followed.stdout
        self.addCleanup(followed.stdout.close)
        self.addCleanup(followed.wait)
        self.addCleanup(followed.kill)
        return followed

    def read_until(self, followed: subprocess.Popen[str], word: str) -> None:
        """Blocks as long as nothing is printed; the test's own time limit ends that."""
        assert followed.stdout
        for line in followed.stdout:
            if word in line:
                return
        self.fail(f"tail -f ended before it printed {word}")

    def test_the_servers_own_log(self) -> None:
        server = self.world.server(save='""', loglevel="notice")
        warden = self.warden([server]).start()
        warden.wait_running()
        whole = server.log.read_text()
        code, answer = warden.ctl("tail", server.port)
        self.assertEqual((code, answer["path"], answer["port"]), (0, str(server.log), server.port))
        self.assertTrue(whole.endswith(answer["text"]) and "Ready to accept connections" in answer["text"])
        _, brief = warden.ctl("tail", server.port, "-c", 20)
        self.assertEqual((brief["text"], brief["truncated"]), (whole[-20:], True))
        _, brief = warden.ctl("tail", server.port, "-n", 2)
        self.assertEqual(brief["text"].splitlines(), whole.splitlines()[-2:])
        self.assertIn("Ready to accept connections", warden.human("tail", server.port))

        followed = self.follow(warden, server)
        self.read_until(followed, "Ready to accept connections")
        server.call("DEBUG", "LOG", "first")
        self.read_until(followed, "first")
        server.log.rename(server.log.with_suffix(".1"))
        server.call("DEBUG", "LOG", "second")  # the server opens its log anew for every line
        self.read_until(followed, "second")
        followed.send_signal(signal.SIGINT)
        until(lambda: followed.poll() is not None, 10, "Ctrl-C ends it")

    def test_what_was_captured_of_a_server_that_logs_to_nowhere(self) -> None:
        server = self.world.server(save='""', logfile='""')
        warden = self.warden([server]).start()
        warden.wait_running()
        until(lambda: "Ready to accept connections" in warden.human("tail", server.port), 10, "its output is captured")
        followed = self.follow(warden, server)
        self.read_until(followed, "Ready to accept connections")
        server.call("DEBUG", "LOG", "captured")
        self.read_until(followed, "captured")

    def test_mistakes(self) -> None:
        server = self.world.server(save='""')
        warden = self.warden([server]).start()
        warden.wait_running()
        self.assertEqual(warden.ctl("tail")[0], 2)
        self.assertEqual(warden.ctl("tail", 1)[0], 1)
        server.log.unlink()
        code, answer = warden.ctl("tail", server.port)
        self.assertEqual(code, 1)
        self.assertIn(str(server.log), str(answer))


if __name__ == "__main__":
    main()
