#!/usr/bin/env python3
"""A replica that won an election, and gave the role back, counts the votes of then for four node timeouts: asked again it
would call itself master. A second planned restart waits that long, and fails no write."""

from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer

NODE_TIMEOUT_MS = 4000


class VotesLeft(Scenario):
    def test_a_second_restart_that_takes_the_role_back_waits(self) -> None:
        cluster = self.world.cluster(node_timeout_ms=NODE_TIMEOUT_MS, repl_diskless_sync_delay="0",
                                     cluster_require_full_coverage="no")
        warden = self.kept(cluster)
        shard = cluster.shards[0]
        master, replica = shard.servers
        with Writer(cluster, patience=5) as writer:
            wait_recorded(warden, cluster)
            code, told = warden.ctl("restart", master.port, "--take-back")
            self.assertEqual(code, 0, told)
            cluster.wait_whole()
            self.assertIs(cluster.master(shard), master)
            pid, elections = master.pid(), cluster.elections()
            code, told = warden.ctl("restart", master.port)
            self.assertEqual((code, told[0]["rule"]), (4, "stop-votes-left"), told)
            self.assertEqual((master.pid(), cluster.elections()), (pid, elections), "it was asked all the same")
            self.tell(told[0]["text"])
            until(lambda: warden.ctl("restart", master.port)[0] == 0, 60, "it is restarted once that time is over", pause=1)
            cluster.wait_whole()
            self.assertIs(cluster.master(shard), replica)
            self.assertEqual(cluster.elections(), elections + 1)
            self.tell("four node timeouts later it hands over, by an election")
        self.assertEqual(dict(writer.failed()), {}, "no write failed")
        self.assertEqual(writer.lost(), 0)


if __name__ == "__main__":
    main()
