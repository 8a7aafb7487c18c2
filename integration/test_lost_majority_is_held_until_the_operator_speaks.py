#!/usr/bin/env python3
"""Two of three masters die at once: no vote can be won. Held by a rule that says so, and never a TAKEOVER by itself."""

from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.writer import Writer


class LostMajority(Scenario):
    def test_nobody_is_promoted_without_votes_and_one_word_mends_it(self) -> None:
        cluster = self.world.cluster(persistence="rdb", node_timeout_ms=3000)
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
        dead = [cluster.shards[0].servers[0], cluster.shards[1].servers[0]]
        heirs = [cluster.shards[0].servers[1], cluster.shards[1].servers[1]]
        for server in cluster.servers:
            server.save()
        for server in dead:
            server.kill()
        for server in dead:
            held = warden.wait_held(server, "lost-majority", "succession-open")
            self.tell(f"{server.port}: {held['hold']['rule']}, {held['hold']['because']}")
        stays(lambda: all(it.info("replication")["role"] == "slave" for it in heirs), 8, "no replica is promoted", 0.5)
        self.assertEqual(warden.events(name="asked"), [], "a FORCE that could get no votes was sent")
        explained = warden.explain(dead[0])
        self.assertTrue(explained["would_release"], "what the operator can do is not told")

        code, answer = warden.ctl("start", dead[0].port, "--force", "--yes", "--reason", "its dump is fresh")
        self.assertEqual(code, 0, answer)
        cluster.wait_whole()
        until(lambda: writer.lost() == 0, 60, "every key is served again")


if __name__ == "__main__":
    main()
