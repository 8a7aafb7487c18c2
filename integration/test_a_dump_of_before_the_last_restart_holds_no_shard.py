#!/usr/bin/env python3
"""A master that has not saved since its last start dies together with its replica, whose dump is of the new history:
the master's own is of the one before, so it is known to be the older one, and nobody has to say which copy counts."""

from world.accident import wait_recorded
from world.keys import fill, filled
from world.scenario import Scenario, main
from world.waiting import until

KEYS = 1000


class EarlierHistory(Scenario):
    def test_the_replica_succeeds_and_nothing_is_lost(self) -> None:
        cluster = self.world.cluster(persistence="rdb", repl_diskless_sync_delay="0")
        warden = self.kept(cluster)
        shard = cluster.shards[0]
        master, replica = shard.servers
        fill(master, shard, KEYS)
        wait_recorded(warden, cluster, shard)
        before = master.info("replication")["master_replid"]
        self.assertEqual(warden.ctl("restart", master.port, "--in-place", "--reason", "a scenario")[0], 0)
        cluster.wait_whole()
        self.assertIs(cluster.master(shard), master)
        self.assertEqual(master.info("replication")["master_replid2"], before)
        changed = f"{{{shard.tags(1)[0]}}}changed"
        for value in ("once", "again"):
            master.call("SET", changed, value)
        until(lambda: replica.keys() == master.keys(), 30, "the replica has the change")
        replica.save()
        probes = master.probes()
        until(lambda: master.probes() > probes, 30, "slotwarden has seen that")
        warden.wait_running()
        replica.kill()
        master.kill()
        until(lambda: cluster.master(shard, cluster.servers[1]) is replica, 60, "the replica takes over")
        cluster.wait_whole()
        asked = warden.events(master, "asked")
        self.assertEqual([it["rule"] for it in asked], ["late-replica"])
        self.assertEqual((filled(replica, shard, KEYS), replica.call("GET", changed)), (KEYS, "again"))
        self.tell(f"{asked[0]['detail']}; nothing lost")


if __name__ == "__main__":
    main()
