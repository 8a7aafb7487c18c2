#!/usr/bin/env python3
"""What a server runs with is compared with its policy and with its own file: told, and set only where a policy says
so."""

from world import settings
from world.resp import Access
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import stays, until
from world.warden import Warden

SET = """inherits = "storage"
[server]
timeout = { want = 0, mode = "enforce" }
tcp-keepalive = { want = 300, mode = "enforce" }
repl-backlog-size = { want = "16MiB", mode = "audit" }
"""
SECRET = "hush-hush-7461"


class ServerSettings(Scenario):
    def value(self, server: Server, name: str) -> str:
        return str(server.call("CONFIG", "GET", name)[1])

    def findings(self, warden: Warden, server: Server) -> dict[str, dict[str, str]]:
        _, report = warden.ctl("doctor", server.port, "--config", warden.config)
        self.assertEqual(report["not_seen"], [])
        return {it["setting"]: it for it in report["findings"] if it["port"] == server.port}

    def test_set_where_the_policy_says_so_and_told_otherwise(self) -> None:
        server = self.world.server(timeout="60", access=Access(password=SECRET))
        policies = {"host": settings.policy("enforce", "off"), "strict": SET}
        warden = self.warden([server], policy="strict", policies=policies).start()
        warden.wait_running()
        until(lambda: self.value(server, "timeout") == "0", 30, "timeout is set")
        warden.wait_event("host-enforced", server)
        self.assertIn("timeout 60", server.config.read_text(), "its file was edited")
        drift = until(lambda: [it for it in warden.events(server, "host-drift")
                               if it["rule"] == "server.repl-backlog-size"], 30, "what is audited is told")
        self.assertEqual(self.value(server, "repl-backlog-size"), str(1 << 20))
        self.tell(drift[0]["detail"])

        server.call("CONFIG", "SET", "tcp-keepalive", "0")
        until(lambda: self.value(server, "tcp-keepalive") == "300", 30, "what was changed behind its back is set again")
        self.tell("set, and kept")
        found = self.findings(warden, server)
        self.assertNotIn("server.timeout", found)
        differs = found["server.file-differs"]
        self.assertIn('timeout "60"', differs["expected"])
        self.assertIn('"0"', differs["actual"])

    def test_what_differs_from_the_file_is_told_without_secrets(self) -> None:
        server = self.world.server(hz="10", access=Access(password=SECRET))
        warden = self.warden([server], policies={"host": settings.policy("audit")}).start()
        warden.wait_running()
        until(lambda: "server.maxmemory" in {it["rule"] for it in warden.events(server, "host-drift")}, 30, "a look")
        self.assertNotIn("server.file-differs", self.findings(warden, server))
        server.call("CONFIG", "SET", "hz", "50")
        server.call("CONFIG", "SET", "masterauth", "another-secret")
        told = until(lambda: [it for it in warden.events(server, "host-drift") if it["rule"] == "server.file-differs"],
                     30, "the difference is told")
        self.assertIn('hz "10", as its file says, found "50"', told[0]["detail"])
        everything = (warden.human("doctor", "--config", warden.config) + warden.log.read_text() +
                      str(warden.events()) + str(warden.ask("DOCTOR")))
        self.assertNotIn(SECRET, everything)
        self.assertNotIn("another-secret", everything)
        server.call("CONFIG", "SET", "hz", "10")
        warden.wait_event("host-mended", server)
        stays(lambda: len([it for it in warden.events(server, "host-drift") if it["rule"] == "server.file-differs"]) == 1,
              2, "told once")

    def test_a_server_of_nobody_is_found_and_judged(self) -> None:
        server = self.world.server(maxmemory="10mb", maxmemory_policy="allkeys-lru", cluster_enabled="no")
        server.start()
        server.wait_ready()
        warden = self.warden([])  # a configuration that does not name it, and no daemon
        code, report = warden.ctl("doctor", server.port, "--config", warden.config)
        self.assertEqual(code, 4)
        found = [it for it in report["servers"] if it["port"] == server.port]
        self.assertEqual([(it["managed"], it["policy"], it["pid"]) for it in found], [(False, "cache", server.pid())])
        self.assertNotIn("server.maxmemory-policy", {it["setting"] for it in report["findings"]})


if __name__ == "__main__":
    main()
