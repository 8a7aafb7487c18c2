#!/usr/bin/env python3
"""For a minute the replica has been cut off from its master: what it lacks decides who owns the slots."""

from world.accident import Accident, kill_master, wait_recorded, wait_writes
from world.cluster import Cluster
from world.faults import cut_replication, mend_replication
from world.scenario import Scenario, main
from world.waiting import stays
from world.warden import Warden
from world.writer import Writer


class ReplicaLinkDown(Scenario):
    def prepared(self, persistence: str, seconds: float) -> tuple[Cluster, Warden, Writer]:
        cluster = self.world.cluster(persistence=persistence)
        warden = self.kept(cluster)
        writer = Writer(cluster).start()
        self.addCleanup(writer.stop)
        wait_recorded(warden, cluster)
        replica = cluster.shards[0].servers[1]
        cut_replication(replica)
        self.tell(f"the replica of shard 1 is cut off for {seconds:g} s")
        stays(lambda: replica.info("replication")["role"] == "slave", seconds, "it is a replica", 1.0)
        return cluster, warden, writer

    def killed(self, cluster: Cluster, warden: Warden, writer: Writer) -> Accident:
        wait_recorded(warden, cluster)
        return kill_master(cluster, cluster.shards[0], writer.lanes[0])

    def test_the_master_comes_back_in_place_with_its_newer_dump(self) -> None:
        cluster, warden, writer = self.prepared("rdb", 60)
        master, replica = cluster.shards[0].servers
        saved = len(writer.lanes[0].acknowledged)
        master.save()
        accident = self.killed(cluster, warden, writer)
        wait_writes(accident, writer)
        self.assertIs(cluster.master(cluster.shards[0]), master, "the stale replica took the slots")
        mend_replication(replica)
        cluster.wait_whole()
        writer.stop()
        lost = writer.verify(cluster.shards[0]).lost
        self.tell(f"{len(lost)} keys lost, all of them newer than the dump")
        self.assertEqual([n for n in lost if n < saved], [], "keys lost that the master's dump had")

    def test_the_replica_takes_over_when_nothing_fresher_is_left(self) -> None:
        cluster, warden, writer = self.prepared("none", 5)
        master, replica = cluster.shards[0].servers
        accident = self.killed(cluster, warden, writer)
        wait_writes(accident, writer)
        mend_replication(replica)
        self.assertIs(cluster.master(cluster.shards[0]), replica)
        cluster.wait_whole()
        writer.stop()
        lost = writer.verify(cluster.shards[0]).lost
        self.assertEqual(lost - accident.not_received, set(), "keys lost that the replica had")
        succeeded = warden.wait_event("succeeded", master)[-1]
        self.tell(f"{len(lost)} keys lost; reported: {succeeded['detail']}")
        self.assertRegex(succeeded["detail"], r"[1-9]\d* bytes", "the loss is not reported")


if __name__ == "__main__":
    main()
