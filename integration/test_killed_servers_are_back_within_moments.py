#!/usr/bin/env python3
"""Where no question is open a dead server is executed again at once: one, and twenty in the same moment."""

import signal
from datetime import datetime

from world.processes import send
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden

# What is measured is the gate, not the pause after an early exit.
POLICY = """
[backoff]
first_delay = "1ms"
longest_delay = "1ms"
budget = 1000
"""


class BackWithinMoments(Scenario):
    def delays(self, warden: Warden, servers: list[Server]) -> list[float]:
        """Milliseconds from each notice of a death to the next start, by the daemon's own account."""
        found = []
        for server in servers:
            events = warden.events(server)
            death = max(n for n, it in enumerate(events) if it["event"] == "exited")
            start = next(it for it in events[death:] if it["event"] == "started")
            found.append((at(start["at"]) - at(events[death]["at"])) * 1000)
        return sorted(found)

    def test_one_and_twenty(self) -> None:
        servers = [self.world.server(save='""') for _ in range(20)]
        warden = self.warden(servers, policies={"storage": POLICY}).start()
        warden.wait_running()
        for n in range(5):
            servers[0].kill()
            warden.wait_event("started", servers[0], count=n + 2)
            until(servers[0].ready, 30, "it is back")
            warden.wait_state(servers[0], "RUNNING")
        one = self.delays(warden, servers[:1])[0]
        self.tell(f"one killed: executed again {one:.0f} ms after its death was noticed")
        pids = [it.pid() for it in servers]
        for pid in filter(None, pids):
            send(pid, signal.SIGKILL)
        until(lambda: all(it.pid() not in (None, pid) for it, pid in zip(servers, pids)), 30, "all twenty run again")
        warden.wait_running()
        twenty = self.delays(warden, servers)
        self.tell(f"twenty killed: executed again after {twenty[10]:.0f} ms at the median, {twenty[-1]:.0f} ms at most")
        self.assertLess(one, 1000)
        self.assertLess(twenty[-1], 3000)
        self.assertEqual(len({it.pid() for it in servers}), 20)

    def test_a_shutdown_by_a_client_is_not_an_operators_stop(self) -> None:
        server = self.world.server(save='""')
        warden = self.warden([server]).start()
        warden.wait_running()
        pid = server.pid()
        try:
            server.call("SHUTDOWN", "NOSAVE")
        except OSError:
            pass
        until(lambda: server.pid() not in (None, pid), 30, "it is wanted up and comes back")
        exited = warden.wait_event("exited", server)[-1]
        self.assertIn("0", exited["detail"])
        self.tell(f"after SHUTDOWN by a client: {exited['detail']}")


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


if __name__ == "__main__":
    main()
