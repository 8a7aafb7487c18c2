#!/usr/bin/env python3
"""While slotwarden schedules a server's saves, the server's own save points are one far ahead, never none; they are put
back when the policy says so, when the instance is removed, by a daemon that follows one that was killed, and by a
restart of the server."""

from __future__ import annotations

from world.console import Console
from world.overwriter import fill
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden
from world.world import build_directory

OWN = "3600 1 300 100"
LATE = "7200 1"
GROWTH = "auto-aof-rewrite-percentage"
SECRET = "warden-s-password"
LET_GO = "[save]\nschedule = false\n"


def setting(server: Server, name: str) -> str:
    return str(server.call("CONFIG", "GET", name)[1])


class SavePoints(Scenario):
    def taken_over(self) -> tuple[Server, Warden]:
        server = self.world.server(save=OWN, appendonly="no")
        warden = self.warden([server]).start()
        warden.wait_running()
        self.wait_for(server, LATE, "400")
        return server, warden

    def wait_for(self, server: Server, points: str, growth: str) -> None:
        until(lambda: (setting(server, "save"), setting(server, GROWTH)) == (points, growth), 30,
              f"save is \"{points}\" and {GROWTH} is {growth}")

    def test_by_the_policy(self) -> None:
        server, warden = self.taken_over()
        self.assertEqual(warden.wait_event("saves-taken-over", server)[0]["port"], server.port)
        (warden.directory / "policies" / "storage.toml").write_text(LET_GO)
        warden.ask("UPDATE")
        self.wait_for(server, OWN, "100")
        warden.wait_event("saves-handed-back", server)
        (warden.directory / "policies" / "storage.toml").write_text("")
        warden.ask("UPDATE")
        self.wait_for(server, LATE, "400")

    def test_by_removal(self) -> None:
        server, warden = self.taken_over()
        warden.servers = []
        warden.write_config()
        warden.ask("UPDATE")
        self.wait_for(server, OWN, "100")

    def test_by_the_operator(self) -> None:
        server, warden = self.taken_over()
        self.assertEqual(warden.ctl("release", server.port, "--saves")[0], 0)
        self.assertEqual((setting(server, "save"), setting(server, GROWTH)), (OWN, "100"), "at once")
        self.assertFalse(warden.ask("SAVES", server.port)["saves"][0]["taken_over"])
        probes = len(warden.events(name="saves-taken-over"))
        looks = int(server.info("commandstats")["cmdstat_config|get"].split(",")[0].removeprefix("calls="))
        until(lambda: int(server.info("commandstats")["cmdstat_config|get"].split(",")[0].removeprefix("calls=")) > looks,
              30, "it was looked at again")
        self.assertEqual(setting(server, "save"), OWN, "and it stays so")
        self.assertEqual(len(warden.events(name="saves-taken-over")), probes)
        warden.ask("UPDATE")
        self.wait_for(server, LATE, "400")

    def test_by_the_next_daemon(self) -> None:
        server, warden = self.taken_over()
        pid = server.pid()
        warden.kill9()
        self.assertEqual(setting(server, "save"), LATE, "the server saves by itself all the same")
        (warden.directory / "policies" / "storage.toml").write_text(LET_GO)
        warden.start()
        self.wait_for(server, OWN, "100")
        self.assertEqual(server.pid(), pid)

    def test_by_a_restart_of_the_server_and_taken_over_again(self) -> None:
        server, warden = self.taken_over()
        warden.stop()
        server.call("CONFIG", "SET", "save", OWN)  # as its file says
        warden.start()
        self.wait_for(server, LATE, "400")
        self.assertNotIn(LATE, server.config.read_text())

    def test_not_where_there_were_none(self) -> None:
        server = self.world.server(save='""', appendonly="no")
        warden = self.warden([server]).start()
        warden.wait_running()
        until(lambda: setting(server, GROWTH) == "400", 30, "its growth is taken over")
        self.assertEqual(setting(server, "save"), "")
        told = warden.ask("EXPLAIN", server.port)[0]["evidence"]
        self.assertIn("save", {it["name"] for it in told})
        self.assertEqual(warden.ctl("save", server.port)[0], 0)
        self.assertTrue(server.dump.exists())
        line = warden.ask("SAVES", server.port)["saves"][0]
        self.assertTrue(line["last"].startswith("saved"), line)
        self.assertIn(str(server.port), warden.human("saves"))

    def test_while_a_person_sees_how_far_a_save_is(self) -> None:
        server = self.world.server(save=OWN, appendonly="no", cluster_enabled="no", rdb_key_save_delay="3000")
        warden = self.warden([server]).start()
        warden.wait_running()
        fill(server, 1_000)
        screen = Console([build_directory() / "slotwardenctl", "-s", warden.socket, "save", str(server.port)],
                         self.world.directory)
        self.addCleanup(screen.close)
        screen.expect(f"{server.port}: save [", 30)
        screen.expect("%", 5)
        self.assertEqual(screen.ends(60), 0)

    def test_not_where_it_may_not_be_saved(self) -> None:
        server = self.world.server(save=OWN, appendonly="no", user=f"warden on >{SECRET} ~* &* +@all -bgsave")
        credentials = self.world.directory / "credentials"
        credentials.write_text(f"user warden\npassword {SECRET}\n")
        credentials.chmod(0o600)
        warden = self.warden([server], instance=f'credentials = "{credentials}"').start()
        warden.wait_running()
        self.wait_for(server, LATE, "400")
        code, answer = warden.ctl("save", server.port)
        self.assertNotEqual(code, 0, answer)
        self.assertIn("NOPERM", str(answer))
        self.wait_for(server, OWN, "100")
        self.assertIn("its own save points stay in force", warden.wait_event("save-settings", server)[0]["detail"])
        self.assertIn("its own save points stay in force", warden.human("saves"))


if __name__ == "__main__":
    main()
