#!/usr/bin/env python3
"""While a master hangs the cluster elects another: thawed, it would acknowledge writes that are then lost."""

from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.waiting import until
from world.warden import freeze
from world.writer import Writer


class HungMaster(Scenario):
    def test_it_is_ended_and_comes_back_as_a_replica(self) -> None:
        cluster = self.world.cluster(persistence="none", node_timeout_ms=2000)
        warden = self.kept(cluster)
        master, replica = cluster.shards[0].servers
        pid = master.pid()
        assert pid
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            freeze(pid)
            until(lambda: cluster.master(cluster.shards[0], witness=cluster.servers[1]) is replica, 30,
                  "the cluster has elected the replica by itself")
            self.tell(f"{master.port} hangs and the cluster has elected {replica.port}")
            until(lambda: master.pid() not in (pid, None), 30, "the hung process was ended and a new one started")
            cluster.wait_whole()
        self.assertEqual(master.info("replication")["role"], "slave")
        self.assertEqual(writer.lost(), 0, "a thawed master acknowledged writes")
        rules = [it["rule"] for it in warden.events(master)]
        self.assertIn("succeeded-while-hung", rules)


if __name__ == "__main__":
    main()
