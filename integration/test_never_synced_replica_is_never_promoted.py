#!/usr/bin/env python3
"""A replica in its first sync is empty: FORCE would promote it without a question, so it is not asked."""

from world.accident import kill_master, wait_recorded
from world.faults import delete
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer


class NeverSynced(Scenario):
    def test_the_master_returns_with_its_dump_instead(self) -> None:
        cluster = self.world.cluster(persistence="rdb")
        warden = self.kept(cluster)
        master, replica = cluster.shards[0].servers
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
        master.save()
        master.call("CONFIG", "SET", "repl-diskless-sync-delay", "3600")
        pid = replica.pid()
        if replica.dump.exists():
            delete(replica.dump)
        replica.kill()
        until(lambda: replica.pid() not in (pid, None) and replica.keys() == 0, 30, "an empty replica is there")
        until(lambda: "state=wait_bgsave" in str(master.call("INFO", "replication")), 30, "the master lets it wait")
        wait_recorded(warden, cluster)
        self.tell(f"{replica.port} is empty and waits for its first sync; now {master.port} is killed")
        kill_master(cluster, cluster.shards[0])
        cluster.wait_whole()
        self.assertIs(cluster.master(cluster.shards[0]), master)
        self.assertEqual(writer.lost(), 0)
        self.assertEqual(warden.events(master, "asked"), [])
        self.assertEqual(master.call("CONFIG", "GET", "repl-diskless-sync-delay")[1], "5", "the quarantine was left on")


if __name__ == "__main__":
    main()
