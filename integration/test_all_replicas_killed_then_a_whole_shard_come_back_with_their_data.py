#!/usr/bin/env python3
"""Every replica dies at once, then all members of a shard at once: nobody is asked in vain, nobody comes back empty."""

import time

from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer


class AllReplicasKilled(Scenario):
    def test_replicas_then_a_shard_then_everything(self) -> None:
        cluster = self.world.cluster(persistence="rdb")
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            for shard in cluster.shards:
                shard.servers[1].kill()
            cluster.wait_whole()
            self.assertEqual(dict(writer.failed()), {}, "a master was disturbed")
        self.tell("all three replicas were killed and are back; no write failed")
        self.assertEqual(warden.events(name="asked"), [])

        for server in cluster.servers:
            server.save()
        wait_recorded(warden, cluster)
        for server in cluster.shards[0].servers:
            server.kill()
        began = time.monotonic()
        until(lambda: writer.lost() == 0, 90, "the shard serves every key again")
        self.tell(f"a whole shard was killed and serves again after {time.monotonic() - began:.1f} s")
        cluster.wait_whole()

        for server in cluster.servers:
            server.kill()
        began = time.monotonic()
        until(lambda: writer.lost() == 0, 120, "the whole cluster serves every key again")
        self.tell(f"all six servers were killed and serve again after {time.monotonic() - began:.1f} s")
        cluster.wait_whole()


if __name__ == "__main__":
    main()
