#!/usr/bin/env python3
"""Masters that save nothing, replicas that do: what a replica saves lies in its master's directory too. Master and
replica killed together both come back with the data of the last backup, and nobody has to do anything."""

from __future__ import annotations

from world.keys import fill, filled
from world.scenario import Scenario, main
from world.waiting import until

KEYS = 900
BACKUPS = "[backup]\nenabled = true\nkeep_last = 1\nhourly = 0\ndaily = 0\nweekly = 0\nleast_free_percent = 0\n"


class BackupsOfReplicas(Scenario):
    def saved(self, warden, replica, master):
        """One more backup: saved by the replica, kept beside it, and put into its master's directory."""
        before = len(warden.events(master, "backup-arrived"))
        replica.call("BGSAVE")
        warden.wait_event("backup-arrived", master, count=before + 1)

    def test_bring_back_master_and_replica_that_die_together(self) -> None:
        cluster = self.world.cluster(persistence="none")
        warden = self.kept(cluster, policies={"storage": BACKUPS})
        shard = cluster.shards[0]
        master, replica = cluster.master(shard), cluster.replicas(shard)[0]
        fill(master, shard, KEYS)
        until(lambda: replica.keys() == KEYS, 30, "the replica has every key")
        self.assertFalse(master.dump.exists(), "the master saves nothing")
        self.saved(warden, replica, master)
        self.assertTrue(master.dump.exists())
        self.tell(f"the replica saved {KEYS} keys, and they lie in the directory of its master")
        fill(master, shard, KEYS)  # the same again, further on in the stream
        until(lambda: replica.info("replication")["slave_repl_offset"] == master.info("replication")["master_repl_offset"],
              30, "the replica has read everything")
        until(lambda: int(replica.call("TIME")[0]) > int(replica.call("LASTSAVE")), 5, "another second has come")
        self.saved(warden, replica, master)
        for server in (master, replica):
            warden.wait_event("backup-removed", server)
        told = {it["port"]: it for it in warden.ctl("backups")[1]}
        own, there = told[replica.port]["copies"][-1], told[master.port]["copies"][-1]
        self.assertEqual((own["why"], own["state"], own["keys"]), ("saved", "valid", KEYS))
        self.assertEqual((there["sha256"], there["saved_by"]), (own["sha256"], own["node"]))
        self.assertTrue(there["in_place"] and own["in_place"])

        master.kill()
        replica.kill()
        self.tell("master and replica are killed together")
        warden.wait_event("running", master, count=2, timeout=60)
        warden.wait_event("running", replica, count=2, timeout=60)
        until(lambda: filled(cluster.master(shard), shard, KEYS) == KEYS, 60, "the shard has what its backup has")
        until(lambda: master.keys() == replica.keys() == KEYS, 60, "both have it")
        self.tell(f"both are back with {KEYS} keys, and nobody did anything")
        held = [it["rule"] for it in warden.events(master, "held") + warden.events(replica, "held")]
        self.assertFalse({"empty-dataset", "bad-dataset", "shrunken-dataset"} & set(held), held)


if __name__ == "__main__":
    main()
