#!/usr/bin/env python3
"""Only the daemons' packets to other hosts are lost; the servers reach each other. Nothing happens to a sound cluster. A
replica that dies comes back as ever. A master that dies is left to the cluster's own election: its daemon cannot see a
majority, so it asks nobody and starts nothing until it can."""

import subprocess

from world.accident import judge, kill_master, wait_recorded, wait_writes
from world.cluster import Cluster
from world.hosts import Host
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.warden import Warden
from world.writer import Writer

NODE_TIMEOUT = 3.0
USER = "nobody"  # of the servers: it tells their packets from the daemons'


class DaemonsCutOff(Scenario):
    def kept_for_user(self, hosts: list[Host]) -> tuple[Cluster, list[Warden]]:
        a, b, c = hosts
        cluster = self.world.cluster(node_timeout_ms=int(NODE_TIMEOUT * 1000), places=[a, b, c, b, c, a],
                                     repl_diskless_sync_delay="0")
        self.world.directory.chmod(0o711)
        for server in cluster.servers:
            subprocess.run(["chown", "-R", USER, server.home], check=True)
        return cluster, self.kept_on_hosts(cluster, instance=f'user = "{USER}"')

    def test_a_sound_cluster_stays_as_it_is_and_a_dead_master_waits(self) -> None:
        *hosts, outside = self.world.hosts(4)
        cluster, wardens = self.kept_for_user(hosts)
        pids = {it.port: it.pid() for it in cluster.servers}
        shard = cluster.shards[0]
        with Writer(cluster, place=outside) as writer:
            for warden in wardens:
                wait_recorded(warden, cluster)
            last = [it.events()[-1]["id"] for it in wardens]
            for host in hosts:
                host.drop(leaving="meta skuid 0")
            stays(lambda: all(it.events()[-1]["id"] == id for it, id in zip(wardens, last)), 3 * NODE_TIMEOUT,
                  "nobody does anything", pause=0.5)
            self.assertEqual({it.port: it.pid() for it in cluster.servers}, pids)
            self.assertEqual(dict(writer.failed()), {})
            self.tell("nothing happened")

            replica = cluster.shards[2].servers[1]
            replica.kill()
            wardens[0].wait_event("started", replica, count=2)
            cluster.wait_whole()
            self.assertEqual(dict(writer.failed()), {})
            self.tell("a replica that died is back")

            accident = kill_master(cluster, shard, writer.lanes[0])
            held = wardens[0].wait_held(accident.victim, "cut-off")
            self.tell(held["hold"]["because"])
            wait_writes(accident, writer)
            self.assertIs(cluster.master(shard), shard.servers[1])
            stays(lambda: accident.victim.pid() is None, NODE_TIMEOUT, "it is not started", pause=0.5)
            for host in hosts:
                host.mend()
            warden_sees = until(lambda: wardens[0].events(accident.victim, "succeeded"), 30, "the successor is seen")
            cluster.wait_whole(30)
            judge(accident, writer)
        self.tell(f"{warden_sees[0]['detail']}; no write for {accident.outage:.1f} s")
        self.assertEqual(accident.undeserved, set(), "keys lost that the replica had")
        self.assertEqual([it for warden in wardens for it in warden.events(name="asked")], [])
        self.assertEqual(accident.victim.info("replication")["role"], "slave")


if __name__ == "__main__":
    main()
