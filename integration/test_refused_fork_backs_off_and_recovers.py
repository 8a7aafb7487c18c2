#!/usr/bin/env python3
"""The host has no process left to give (fork says EAGAIN): the start is tried again at growing intervals, the reason is
told, the budget of restarts is not spent on it, the other instances do not notice, and the server is back soon after
there is room again."""

from datetime import datetime

from world.limits import ProcessLimit
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer

REASON = "Resource temporarily unavailable"


class ForkRefused(Scenario):
    def test_it_backs_off_and_recovers(self) -> None:
        cluster = self.world.cluster(persistence="none")
        policy = '[backoff]\nfirst_delay = "200ms"\nlongest_delay = "5s"\njitter_percent = 10\nbudget = 3\n'
        warden = self.kept(cluster, policies={"storage": policy})
        victim = cluster.shards[0].servers[1]
        others = {it.port: it.pid() for it in cluster.servers if it is not victim}
        door = ProcessLimit(self.world.directory)
        door.add(warden.pid)
        door.close()
        with Writer(cluster) as writer:
            victim.kill()
            until(lambda: len(self.refusals(warden.events(victim))) >= 6, 60, "six forks were refused")
            warden.wait_state(victim, "BACKOFF")
            self.assertEqual({it.port: it.pid() for it in cluster.servers if it is not victim}, others)
            events = warden.events(victim)
            self.assertEqual([it for it in events if it["event"] == "fatal"], [])
            times = [datetime.fromisoformat(it["at"]) for it in self.refusals(events)]
            pauses = [(b - a).total_seconds() for a, b in zip(times, times[1:])]
            self.tell(f"{self.refusals(events)[0]['detail']}; pauses: {', '.join(f'{it:.2f} s' for it in pauses)}")
            for n, pause in enumerate(pauses):  # the first delay, doubled each time; a tenth less by chance
                self.assertGreaterEqual(pause, min(4.5, 0.9 * 0.2 * 2 ** n), "the pauses do not grow")

            door.open()
            victim.wait_ready(30)
            warden.wait_running()
            cluster.wait_whole()
            self.assertEqual(dict(writer.failed()), {})
        self.assertEqual(writer.lost(), 0)
        self.assertEqual({it.port: it.pid() for it in cluster.servers if it is not victim}, others)

    def refusals(self, events: list[dict[str, str]]) -> list[dict[str, str]]:
        return [it for it in events if it["event"] == "error" and REASON in it["detail"]]


if __name__ == "__main__":
    main()
