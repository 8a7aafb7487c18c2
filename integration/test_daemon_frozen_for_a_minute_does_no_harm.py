#!/usr/bin/env python3
"""SIGSTOP of the daemon for a minute: a master dies meanwhile, the cluster elects, and what the daemon then does is not
based on what it knew before."""

import signal

from world.accident import judge, kill_master, wait_recorded, wait_writes
from world.scenario import Scenario, main
from world.waiting import stays
from world.writer import Writer


class DaemonFrozen(Scenario):
    def test_it_sees_the_successor_and_brings_the_old_master_back_as_a_replica(self) -> None:
        cluster = self.world.cluster(persistence="none", node_timeout_ms=3000)
        warden = self.kept(cluster)
        pids = {it.port: it.pid() for it in cluster.servers}
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            warden.signal(signal.SIGSTOP)
            self.addCleanup(warden.signal, signal.SIGCONT)
            accident = kill_master(cluster, cluster.shards[0])
            wait_writes(accident, writer)
            self.tell("the daemon is frozen, a master was killed, the cluster elected its replica")
            stays(lambda: accident.victim.pid() is None, 60, "nobody restarts it", 0.5)
            warden.signal(signal.SIGCONT)
            cluster.wait_whole()
            judge(accident, writer)
            self.assertLessEqual(len(accident.lost), 1)
            self.assertEqual(accident.victim.info("replication")["role"], "slave")
            now = {it.port: it.pid() for it in cluster.servers}
            self.assertEqual({p for p in pids if pids[p] != now[p]}, {accident.victim.port})
            self.assertEqual(warden.events(accident.victim, "asked"), [], "it asked although a successor was there")


if __name__ == "__main__":
    main()
