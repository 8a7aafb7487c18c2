#!/usr/bin/env python3
"""Twenty times a master is killed and, at a random moment of what follows, the daemon too. It is started again at
once."""

import random
import time

from world.accident import judge, kill_master, wait_recorded, wait_writes
from world.scenario import Scenario, main
from world.writer import Writer

ROUNDS = 20
NODE_TIMEOUT = 2.0  # the cluster may come to help where the daemon died before it asked


class DaemonKilledInASuccession(Scenario):
    def test_nothing_is_lost_wherever_it_was_interrupted(self) -> None:
        cluster = self.world.cluster(persistence="none", node_timeout_ms=int(NODE_TIMEOUT * 1000),
                                     repl_diskless_sync_delay="0")
        warden = self.kept(cluster)
        seed = random.randrange(10**6)
        chance = random.Random(seed)
        self.tell(f"seed {seed}")
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            for n in range(ROUNDS):
                shard = cluster.shards[n % 3]
                moment = chance.choice((chance.uniform(0, 0.02), chance.uniform(0, 0.3), chance.uniform(0, 1.5)))
                accident = kill_master(cluster, shard)
                time.sleep(moment)
                warden.kill9()
                warden.start()
                wait_writes(accident, writer)
                cluster.wait_whole()
                judge(accident, writer)
                self.tell(f"{n + 1:2}: daemon killed {moment * 1000:4.0f} ms after {accident.victim.port}: "
                          f"no write for {accident.outage:.2f} s, {len(accident.lost)} lost")
                self.assertLessEqual(len(accident.lost), 1, "more than the write under way was lost")
                self.settle(warden, cluster)


if __name__ == "__main__":
    main()
