#!/usr/bin/env python3
"""Two of three masters die at once: no vote can be won. Held by a rule that says so, and never a TAKEOVER by itself."""

import signal

from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.writer import Writer


class LostMajority(Scenario):
    def test_nobody_is_promoted_without_votes_and_one_word_mends_it(self) -> None:
        cluster = self.world.cluster(persistence="rdb", node_timeout_ms=3000)
        warden = self.kept(cluster)
        first, second = cluster.shards[0], cluster.shards[1]
        dead = [first.servers[0], second.servers[0]]
        heirs = [first.servers[1], second.servers[1]]
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            saved = {index: len(lane.acknowledged) for index, lane in writer.lanes.items()}
            for server in cluster.servers:
                server.save()
            until(lambda: all(len(writer.lanes[n].acknowledged) > saved[n] + 200 for n in saved), 30, "old dumps")
        wait_recorded(warden, cluster)
        # Frozen first: a succession takes a few milliseconds, and the second must not vote about the first any more.
        for server in dead:
            server.signal(signal.SIGSTOP)
        for server in dead:
            server.kill()
        for server in dead:
            held = warden.wait_held(server, "lost-majority")
            self.tell(f"{server.port}: {held['hold']['rule']}, {held['hold']['because']}")
        stays(lambda: all(it.info("replication")["role"] == "slave" for it in heirs), 8, "no replica is promoted", 0.5)
        known = max(it["at"] for server in dead for it in warden.events(server, "exited"))
        asked = [it for it in warden.events(name="asked") if it["at"] > known]
        self.assertEqual(asked, [], "a FORCE that could get no votes was sent although both deaths were known")
        explained = warden.explain(dead[0])
        self.assertTrue(explained["would_release"], "what the operator can do is not told")

        self.assertTrue(explained["may_lose"], "what a forced start may lose is not told")

        code, answer = warden.ctl("start", dead[0].port, "--force", "--yes", "--reason", "200 keys are worth less")
        self.assertEqual(code, 0, answer)
        cluster.wait_whole()
        self.assertEqual(writer.verify(second).lost, set(), "with a majority again, the other replica could be asked")
        lost = writer.verify(first).lost
        self.tell(f"the forced start lost {len(lost)} keys, as it was told")
        self.assertEqual([n for n in lost if n < saved[0]], [])


if __name__ == "__main__":
    main()
