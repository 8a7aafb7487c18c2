#!/usr/bin/env python3
"""Six hosts with one node each. Their cables are drawn one after another in a random order and put back in another, and
meanwhile one server dies. Whatever the cluster and the daemons did in between: within 30 s after the last cable everything
is whole, every server that was not killed is the same process, and no two masters serve one slot.

Each keeps an append-only file. Without one, a master that was elected during the partition and dies before anybody could
sync from it takes the only copy with it, and its start is held for the operator, as it must be.

SLOTWARDEN_SEED repeats an order; SLOTWARDEN_ROUNDS makes more of it."""

import os
import random
import time

from world.cluster import Cluster
from world.hosts import Host
from world.scenario import Scenario, main
from world.waiting import until
from world.warden import Warden
from world.writer import Writer

NODE_TIMEOUT = 2.0
HEAL = 30.0


class AnyOrder(Scenario):
    def test_it_ends_whole(self) -> None:
        seed = int(os.environ.get("SLOTWARDEN_SEED") or random.SystemRandom().randrange(1 << 32))
        self.tell(f"SLOTWARDEN_SEED={seed}")
        chance = random.Random(seed)
        *hosts, outside = self.world.hosts(7)
        cluster = self.world.cluster(node_timeout_ms=int(NODE_TIMEOUT * 1000), places=hosts, persistence="aof",
                                     repl_diskless_sync_delay="0")
        wardens = self.kept_on_hosts(cluster)
        with Writer(cluster, place=outside, rate=100) as writer:
            for _ in range(int(os.environ.get("SLOTWARDEN_ROUNDS") or 2)):
                self.round(chance, hosts, cluster, wardens)
            healed = time.monotonic()
            until(lambda: writer.all_written_since(healed), 30, "every shard takes writes")
        self.tell(f"{cluster.elections()} elections; acknowledged: {writer.acknowledged()}, lost: {writer.lost()}")

    def round(self, chance: random.Random, hosts: list[Host], cluster: Cluster, wardens: list[Warden]) -> None:
        pids = {it.port: it.pid() for it in cluster.servers}
        victim = chance.choice(cluster.servers)
        cut = chance.sample(hosts, len(hosts))
        heal = chance.sample(hosts, len(hosts))
        dies_after = chance.randrange(2 * len(hosts))
        for n, (host, act) in enumerate([(it, Host.unplug) for it in cut] + [(it, Host.plug) for it in heal]):
            act(host)
            if n == dies_after:
                victim.kill()
            time.sleep(chance.uniform(0, NODE_TIMEOUT))  # how long the fault lasts before the next
        healed = time.monotonic()
        self.tell(f"all cables are back; {victim.port} was killed at step {dies_after} of {2 * len(hosts)}")
        cluster.wait_whole(HEAL)
        self.tell(f"whole after {time.monotonic() - healed:.1f} s")
        until(lambda: all(it.state_of(server) == "RUNNING" for it in wardens for server in it.servers), 10,
              "every daemon says so")
        now = {it.port: it.pid() for it in cluster.servers}
        self.assertEqual([port for port in now if now[port] != pids[port]], [victim.port])
        self.assertEqual(sum(len(cluster.nodes(cluster.servers[0])[it].slots) for it in self.masters(cluster)), 16384)

    def masters(self, cluster: Cluster) -> list[str]:
        return [it.id for it in cluster.nodes(cluster.servers[0]).values() if not it.master]


if __name__ == "__main__":
    main()
