#!/usr/bin/env python3
"""A restore takes longer than the cluster waits for a master: its replicas are told not to stand for election until it
serves again and they miss it no more, also where the daemon dies in the middle. Left to themselves they win, the restore
says so, and the shard keeps what it had. A hand-over and a succession work as ever."""

from __future__ import annotations

import json
import subprocess
import time

from world.cluster import Cluster, Shard
from world.keys import fill
from world.restores import BACKUPS, NODE_TIMEOUT_MS, SETTING, begin_restore, load_slowly, misses, newest, stands
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden

KEYS, LATER = 400, 900  # 10 s to load the first


class Elections(Scenario):
    cluster: Cluster
    daemon: Warden
    shard: Shard

    def filled_shard(self) -> tuple[Server, Server]:
        """A master and its replica, which has every key."""
        self.cluster = self.world.cluster(persistence="none", node_timeout_ms=NODE_TIMEOUT_MS)
        self.daemon = self.kept(self.cluster, policies={"storage": BACKUPS})
        self.shard = self.cluster.shards[0]
        master, replica = self.cluster.master(self.shard), self.cluster.replicas(self.shard)[0]
        fill(master, self.shard, KEYS)
        until(lambda: replica.keys() == KEYS, 30, "the replica has every key")
        return master, replica

    def kept_shard(self) -> tuple[Server, Server, str]:
        """A master, its replica, and a generation older than what they hold; the master loads slowly from now on."""
        master, replica = self.filled_shard()
        replica.call("BGSAVE")
        self.daemon.wait_event("backup-arrived", master)
        generation = newest(self.daemon, master)
        fill(master, self.shard, LATER)
        until(lambda: replica.keys() == LATER, 30, "the replica has the later keys")
        until(lambda: self.daemon.status(master)["keys"] == LATER, 30, "slotwarden has seen them")
        load_slowly(master)
        return master, replica, generation

    def restoring(self, master: Server, generation: str) -> subprocess.Popen[str]:
        ctl = begin_restore(self.daemon, master, generation)
        self.addCleanup(ctl.kill)
        return ctl

    def put_back(self, replica: Server) -> None:
        until(lambda: stands(replica), 60, "it may stand for election again")

    def test_holds_where_the_replica_would_be_elected(self) -> None:
        master, replica, generation = self.kept_shard()
        code, planned = self.daemon.ctl("restore", master.port, "--generation", generation, "--plan")
        self.assertEqual(code, 0, planned)
        self.assertIn("1 of its replicas is told not to stand", planned[0]["text"])
        self.assertTrue(stands(replica), "a plan changes nothing")
        ctl = self.restoring(master, generation)
        until(lambda: misses(self.cluster, replica, master), 30, "the cluster has given the master up")
        self.assertFalse(stands(replica))
        missed = time.monotonic()
        self.assertIn("elections put off", [it["name"] for it in self.daemon.explain(master)["evidence"]])
        told = json.loads(ctl.communicate(timeout=60)[0])
        self.assertEqual((ctl.returncode, told[0]["outcome"]), (0, "done"), told)
        self.tell(f"restored {time.monotonic() - missed:.1f} s after the cluster gave it up")
        self.put_back(replica)
        self.assertFalse(misses(self.cluster, replica, master), "it was let be only when it missed its master no more")
        self.daemon.wait_event("elections-again", master)
        self.assertEqual(self.cluster.master(self.shard), master)
        self.assertEqual(self.cluster.elections(), 0)
        self.assertEqual(master.keys(), KEYS)
        until(lambda: replica.keys() == KEYS, 30, "the replica has taken the generation over")
        self.cluster.wait_whole()
        self.tell("master and replica hold the generation, and the replica may stand again")

        fill(master, self.shard, LATER)
        until(lambda: replica.keys() == LATER, 30, "the replica has the later keys again")
        until(lambda: self.daemon.status(master)["keys"] == LATER, 30, "slotwarden has seen them")
        ctl = self.restoring(master, generation)
        until(lambda: not stands(replica), 30, "it is told not to stand")
        replica.call("CONFIG", "SET", SETTING, "no")
        told = json.loads(ctl.communicate(timeout=60)[0])
        self.assertEqual(ctl.returncode, 1, told)
        self.assertIn("elected", told[0]["text"])
        self.assertEqual((self.cluster.master(self.shard), replica.keys()), (replica, LATER))
        self.assertTrue(stands(replica))
        self.tell("told to stand by another, it wins: nothing is restored, and nothing is lost")

    def test_is_put_back_after_the_daemon_dies_in_the_middle(self) -> None:
        master, replica, generation = self.kept_shard()
        ctl = self.restoring(master, generation)
        until(lambda: misses(self.cluster, replica, master), 30, "the cluster has given the master up")
        self.daemon.kill9()
        ctl.wait(30)
        self.assertFalse(stands(replica))
        self.daemon.start()
        self.put_back(replica)
        self.assertEqual(self.cluster.master(self.shard), master)
        self.assertEqual(self.cluster.elections(), 0)
        self.assertEqual(master.keys(), KEYS)
        self.daemon.wait_event("elections-again", master)
        self.cluster.wait_whole()
        self.tell("the next daemon lets it stand once the master serves, and the restore has held")

    def test_stops_neither_a_hand_over_nor_a_succession(self) -> None:
        master, replica = self.filled_shard()
        until(lambda: self.daemon.status(replica)["keys"] == KEYS, 30, "slotwarden has seen them")
        replica.call("CONFIG", "SET", SETTING, "yes")
        until(lambda: [it for it in self.daemon.ask("DOCTOR")["findings"]
                       if (it["port"], it["setting"]) == (replica.port, SETTING)], 60, "doctor tells of it")
        until(lambda: any("nofailover" in it.flags for it in self.cluster.nodes(master).values()), 30, "it is known")
        code, done = self.daemon.ctl("restart", master.port)
        self.assertEqual(code, 0, done)
        self.assertEqual(self.cluster.master(self.shard), replica)
        self.cluster.wait_whole()
        self.tell("handed over to a replica that does not stand by itself")
        master.call("CONFIG", "SET", SETTING, "yes")
        self.settle(self.daemon, self.cluster)
        until(lambda: self.daemon.status(master)["keys"] == KEYS, 30, "slotwarden has seen that it has every key")
        replica.kill()
        until(lambda: self.cluster.master(self.shard, master) is master, 30, "it succeeds the dead master")
        self.daemon.wait_event("succeeded", replica)
        self.cluster.wait_whole()
        self.assertEqual(master.keys(), KEYS)
        self.tell("and succeeded by one")


if __name__ == "__main__":
    main()
