#!/usr/bin/env python3
"""A replica that still loads has an old copy at best and says it is a master: it must not be asked before it is
done."""

from world.accident import kill_master, wait_recorded
from world.faults import load_normally, load_slowly
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer


class MasterKilledWhileItsReplicaLoads(Scenario):
    def test_the_newer_dump_of_the_master_wins(self) -> None:
        cluster = self.world.cluster(persistence="rdb")
        warden = self.kept(cluster)
        shard = cluster.shards[0]
        master, replica = shard.servers
        with Writer(cluster, rate=1000) as writer:
            lane = writer.lanes[0]
            until(lambda: len(lane.acknowledged) > 2000, 60, "2000 keys are acknowledged")
            replica.save()
            until(lambda: len(lane.acknowledged) > 3000, 60, "1000 keys are newer than the replica's dump")
        wait_recorded(warden, cluster)
        master.save()
        load_slowly(replica, 3000)
        replica.kill()
        warden.wait_state(replica, "LOADING")
        load_normally(replica)
        self.tell(f"{replica.port} loads its old dump for about six seconds; {master.port} has saved a newer one")
        kill_master(cluster, shard)
        cluster.wait_whole()
        self.assertEqual(writer.verify(shard).lost, set(), "the master's dump had every key")
        asked = warden.events(master, "asked")
        self.assertEqual([it for it in asked if str(replica.port) in it["detail"]], [], "the stale replica was asked")


if __name__ == "__main__":
    main()
