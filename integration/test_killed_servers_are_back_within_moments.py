#!/usr/bin/env python3
"""Where no question is open a dead server is executed again at once: one, and twenty in the same moment."""

import signal
import time
from datetime import datetime

from world.processes import send
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden

KILLS = 30

# What is measured is the gate, not the pause after an early exit: every exit counts as that of a server that ran well.
POLICY = """
[backoff]
stable_after = "1ms"
budget = 1000
"""


class BackWithinMoments(Scenario):
    def delays(self, warden: Warden, killed: dict[Server, float]) -> list[float]:
        """Milliseconds from each kill (by time.time()) to the next start, in order of size."""
        found = []
        for server, moment in killed.items():
            starts = [at(it["at"]) for it in warden.events(server, "started")]
            found.append((min(it for it in starts if it > moment) - moment) * 1000)
        return sorted(found)

    def test_one_again_and_again(self) -> None:
        cluster = self.world.cluster(persistence="none", repl_diskless_sync_delay="0")
        warden = self.kept(cluster, policies={"storage": POLICY})
        replica = cluster.shards[0].servers[1]
        delays = []
        for n in range(KILLS):
            pid = replica.pid() or 0
            moment = time.time()
            send(pid, signal.SIGKILL)
            replica.wait_ready()  # asking the daemon meanwhile would keep it from its work
            warden.wait_event("started", replica, count=n + 2)
            delays += self.delays(warden, {replica: moment})
            warden.wait_event("running", replica, count=n + 2)
        self.tell(f"a replica killed {KILLS} times is executed again after {spread(delays)}")
        self.assertLess(sorted(delays)[KILLS // 2], 1000)

    def test_twenty_at_once(self) -> None:
        servers = [self.world.server(save='""') for _ in range(20)]
        warden = self.warden(servers, policies={"storage": POLICY}).start()
        warden.wait_running()
        pids = [it.pid() or 0 for it in servers]
        moment = time.time()
        for pid in pids:
            send(pid, signal.SIGKILL)
        for server in servers:
            server.wait_ready()
        warden.wait_running()
        delays = self.delays(warden, dict.fromkeys(servers, moment))
        self.tell(f"twenty killed at once are executed again after {spread(delays)}")
        self.assertLess(delays[-1], 3000)
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


def spread(delays: list[float]) -> str:
    ordered = sorted(delays)
    return (f"{ordered[len(ordered) // 2]:.0f} ms at the median, {ordered[len(ordered) * 99 // 100]:.0f} ms at the 99th "
            f"percentile, {ordered[-1]:.0f} ms at most")


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


if __name__ == "__main__":
    main()
