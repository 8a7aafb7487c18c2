#!/usr/bin/env python3
"""A BGSAVE child outlives its killed master and would rename its file over dump.rdb seconds later: it is ended first,
and does not delay the succession."""

from world import processes
from world.accident import survive, wait_recorded
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer


class OrphanedChild(Scenario):
    def test_no_child_of_the_dead_server_is_left_when_it_starts(self) -> None:
        cluster = self.world.cluster(persistence="rdb", rdb_key_save_delay="20000", repl_diskless_sync_delay="0")
        warden = self.kept(cluster)
        master = cluster.shards[0].servers[0]
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            until(lambda: len(writer.lanes[0].acknowledged) > 1000, 30, "a save takes some twenty seconds")
            master.call("BGSAVE")
            child = until(lambda: [it for it in processes.inside(master.data) if it.parent == master.pid()], 10,
                          "the child saves")[0]
            for server in cluster.servers:
                server.call("CONFIG", "SET", "rdb-key-save-delay", "0")
            survive(self, cluster, writer, cluster.shards[0])
        self.assertFalse(processes.alive(child.pid), "the orphan still runs")
        self.assertEqual(writer.lost(), len(writer.lanes[0].known_lost))


if __name__ == "__main__":
    main()
