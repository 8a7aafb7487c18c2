#!/usr/bin/env python3
"""The brake: a master dies on a host that is cut off from the majority. Its replica is right beside it, and would be asked
to stand for election; but the votes could not arrive, and the request would block it. Nor is the master started over what
its replica holds. The daemon waits, says why, and asks once the network has healed."""

import time

from world.accident import Accident, judge, kill_master, wait_recorded
from world.cluster import Cluster, Shard
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.warden import Warden
from world.writer import Writer


class Brake(Scenario):
    def shard_on_one_host(self) -> tuple[Cluster, Shard, list[Warden]]:
        """The first shard is all on the first host."""
        a, b, c = self.places = self.world.hosts(3)
        cluster = self.world.cluster(node_timeout_ms=3000, places=[a, b, c, a, c, b],
                                     repl_diskless_sync_delay="0")
        return cluster, cluster.shards[0], self.kept_on_hosts(cluster)

    def wait_and_heal(self, warden: Warden, accident: Accident, cluster: Cluster) -> None:
        victim, replica = accident.victim, accident.shard.servers[1]
        held = warden.wait_held(victim, "cut-off", "lost-majority")
        self.tell(f"{held['hold']['rule']}: {held['hold']['because']}")
        keys = replica.keys()
        stays(lambda: not warden.events(name="asked") and victim.pid() is None and replica.keys() == keys, 6,
              "nothing is asked, nothing is started, and the replica keeps everything", pause=0.5)
        self.places[0].plug()
        healed = time.monotonic()
        cluster.wait_whole(30)
        self.tell(f"everything is whole {time.monotonic() - healed:.1f} s after the network healed")
        self.assertIs(cluster.master(accident.shard), replica)

    def test_nothing_is_asked_until_votes_can_arrive(self) -> None:
        cluster, shard, wardens = self.shard_on_one_host()
        with Writer(cluster, shards=[shard], place=self.places[0]) as writer:
            wait_recorded(wardens[0], cluster, shard)
            self.places[0].unplug()
            accident = kill_master(cluster, shard, writer.lanes[0])
            self.wait_and_heal(wardens[0], accident, cluster)
            judge(accident, writer)
        self.assertEqual(accident.undeserved, set(), "keys lost that the replica had")
        self.assertLessEqual(len(wardens[0].events(name="asked")), 1)
        self.assertEqual([it for other in wardens[1:] for it in other.events(name="asked")], [])

    def test_what_was_written_since_the_last_probe_counts_too(self) -> None:
        """The daemon has seen neither of them hold a key; the replica has some all the same."""
        cluster, shard, wardens = self.shard_on_one_host()
        probes = shard.servers[1].probes()
        until(lambda: shard.servers[1].probes() > probes, 30, "the replica was just asked")
        self.places[0].unplug()
        with Writer(cluster, shards=[shard], place=self.places[0]) as writer:
            until(lambda: len(writer.lanes[0].acknowledged) > 20, 10, "the master takes its first writes")
            accident = kill_master(cluster, shard, writer.lanes[0])
            self.wait_and_heal(wardens[0], accident, cluster)
            judge(accident, writer)
        self.assertEqual(accident.undeserved, set(), "keys lost that the replica had")


if __name__ == "__main__":
    main()
