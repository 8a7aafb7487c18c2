#!/usr/bin/env python3
"""A master whose replica is on another host is restored: that replica is told not to stand for election although it
misses its master, takes the generation over, and stands again; also where the restoring daemon dies in the middle. A
restore on a host that is cut off says so, and does not call done what the others will not know of."""

from __future__ import annotations

import json

from world.cluster import Cluster, Shard
from world.keys import fill
from world.restores import BACKUPS, NODE_TIMEOUT_MS, SETTING, begin_restore, load_slowly, misses, newest, stands
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden

KEYS, LATER = 400, 900


class Across(Scenario):
    cluster: Cluster
    wardens: list[Warden]

    def two_hosts(self, index: int) -> tuple[Shard, Server, Server, str]:
        """A shard, its master, its replica on the other host, and a generation older than what they hold."""
        self.cluster = self.world.cluster(places=self.world.hosts(2), node_timeout_ms=NODE_TIMEOUT_MS)
        self.wardens = self.kept_on_hosts(self.cluster, policies={"storage": BACKUPS})
        shard = self.cluster.shards[index]
        master, replica = shard.servers
        self.assertIsNot(master.place, replica.place)
        fill(master, shard, KEYS)
        master.call("BGSAVE")
        self.of(master).wait_event("backup", master)
        generation = newest(self.of(master), master)
        fill(master, shard, LATER)
        until(lambda: replica.keys() == LATER, 30, "the replica has the later keys")
        until(lambda: self.of(master).status(master)["keys"] == LATER, 30, "slotwarden has seen them")
        return shard, master, replica, generation

    def of(self, server: Server) -> Warden:
        return next(it for it in self.wardens if server in it.servers)

    def restored(self, master: Server, replica: Server) -> None:
        until(lambda: stands(replica), 60, "it may stand for election again")
        self.assertEqual(self.cluster.elections(), 0)
        self.assertEqual(master.keys(), KEYS)
        until(lambda: replica.keys() == KEYS, 30, "the replica has taken the generation over")
        self.cluster.wait_whole()

    def test_holds_and_the_replica_may_be_elected_afterwards(self) -> None:
        shard, master, replica, generation = self.two_hosts(0)
        load_slowly(master)
        code, planned = self.of(master).ctl("restore", master.port, "--generation", generation, "--plan")
        self.assertEqual(code, 0, planned)
        self.assertIn("1 of its replicas is told not to stand", planned[0]["text"])
        self.assertNotIn("masters", planned[0]["text"], "nobody is missing")
        ctl = begin_restore(self.of(master), master, generation)
        self.addCleanup(ctl.kill)
        until(lambda: misses(self.cluster, replica, master), 30, "the other host has given the master up")
        self.assertFalse(stands(replica))
        told = json.loads(ctl.communicate(timeout=60)[0])
        self.assertEqual((ctl.returncode, told[0]["outcome"]), (0, "done"), told)
        self.restored(master, replica)
        self.tell("restored, and no election was held")
        self.of(master).kill9()
        master.kill()
        until(lambda: self.cluster.master(shard, replica) is replica, 60, "the replica is elected by itself")
        self.assertEqual(replica.keys(), KEYS)
        self.tell("its host lost, the replica was elected with what was restored")

    def test_is_put_back_after_the_daemon_dies_in_the_middle(self) -> None:
        _, master, replica, generation = self.two_hosts(0)
        load_slowly(master)
        ctl = begin_restore(self.of(master), master, generation)
        self.addCleanup(ctl.kill)
        until(lambda: misses(self.cluster, replica, master), 30, "the other host has given the master up")
        self.of(master).kill9()
        ctl.communicate(timeout=30)
        until(lambda: [it for it in self.of(replica).ask("DOCTOR")["findings"]
                       if (it["port"], it["setting"]) == (replica.port, SETTING)], 60, "doctor tells of it there")
        self.assertFalse(stands(replica))
        self.of(master).start()
        self.restored(master, replica)
        self.tell("the next daemon lets it stand, and the restore has held")

    def test_is_not_called_done_by_a_host_that_is_cut_off(self) -> None:
        shard, master, replica, generation = self.two_hosts(1)
        place = self.cluster.servers[1].place
        place.unplug()  # type: ignore[attr-defined]
        until(lambda: self.cluster.master(shard, replica) is replica, 60, "the other side has elected the replica")
        code, planned = self.of(master).ctl("restore", master.port, "--generation", generation, "--plan")
        self.assertEqual(code, 0, planned)
        self.assertIn("cannot be told not to stand", planned[0]["text"])
        self.assertIn("only 1 of 3 masters answers", planned[0]["text"])
        code, told = self.of(master).ctl("restore", master.port, "--generation", generation, "--reason", "it", "--yes")
        self.assertEqual((code, told[0]["outcome"]), (1, "failed"), told)
        self.assertIn("only 1 of 3 masters names it", told[0]["text"])
        place.plug()  # type: ignore[attr-defined]
        self.cluster.wait_whole()
        self.assertEqual((self.cluster.master(shard), replica.keys()), (replica, LATER))
        until(lambda: master.keys() == LATER, 30, "it follows the one that was elected")
        self.assertTrue(stands(master) and stands(replica))
        self.tell("the plan and the outcome tell of it; healed, the shard has what the other side kept")


if __name__ == "__main__":
    main()
