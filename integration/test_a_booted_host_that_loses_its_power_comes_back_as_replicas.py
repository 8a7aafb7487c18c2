#!/usr/bin/env python3
"""Three booted hosts with the package, one cluster over them. One loses its power, later another is shut down: the
others' shards go on, and what returns at boot follows whoever is master by then."""

import time

from world import booted
from world.booted import BootedHost, BootedWarden, server_on
from world.cluster import Cluster
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer

NODE_TIMEOUT_MS = 5000


class PowerCut(Scenario):
    needs_slotwarden = False

    def setUp(self) -> None:
        booted.required()
        super().setUp()
        self.hosts = [BootedHost(self.world, place) for place in self.world.hosts(3)]
        for host in self.hosts:
            self.addCleanup(host.close)
        for host in self.hosts:
            host.boot()
        self.tell("three hosts have booted")

    def test_three_hosts_of_which_one_loses_its_power_and_one_is_shut_down(self) -> None:
        a, b, c = self.hosts
        cluster, wardens = self.cluster_over(a, b, c)
        self.power_is_cut(a, cluster, wardens[a.name])
        self.is_shut_down(b, cluster, wardens[b.name])

    def cluster_over(self, a: BootedHost, b: BootedHost, c: BootedHost) -> tuple[Cluster, dict[str, BootedWarden]]:
        at = [a, b, c, b, c, a]
        servers = [server_on(host, cluster_node_timeout=str(NODE_TIMEOUT_MS), save="3600 1",
                             cluster_require_full_coverage="no") for host in at]
        cluster = Cluster(servers, 3, NODE_TIMEOUT_MS)
        wardens = {}
        for host in (a, b, c):
            warden = BootedWarden(host, [it for it, its in zip(servers, at) if its is host])
            self.wardens.append(warden)
            wardens[host.name] = warden
            warden.write_config()
            host.run("systemctl", "reload", "slotwarden")
            warden.wait_running()
        cluster.form()
        for warden in wardens.values():
            self.settle(warden, cluster)
        self.tell("two servers on each of them form a cluster")
        return cluster, wardens

    def power_is_cut(self, host: BootedHost, cluster: Cluster, warden: BootedWarden) -> None:
        struck = cluster.shards[0]
        with Writer(cluster, shards=[struck], place=self.hosts[2].network) as of_struck, \
                Writer(cluster, shards=cluster.shards[1:], place=self.hosts[2].network) as of_others:
            until(lambda: of_struck.acknowledged() > 300 and of_others.acknowledged() > 300, 60, "writes flow")
            moment = time.monotonic()
            host.cut_power()
            until(lambda: of_struck.all_written_since(moment + 1), 60, "the cluster has elected the struck shard's replica")
            self.tell(f"{host.name} has lost its power: its shard took no writes for "
                      f"{of_struck.lanes[0].outage(moment):.1f} s, the others for "
                      f"{max(it.outage(moment) for it in of_others.lanes.values()):.2f} s")
            host.boot()
            self.returned(host, cluster, warden)
        self.assertEqual(of_others.lost(), 0)
        # The cluster replicates after it has acknowledged: what a master sent nobody when its power went is gone.
        lost = of_struck.lost()
        self.tell(f"writes lost by the struck shard: {lost} of {of_struck.acknowledged()}, by the others: 0 of "
                  f"{of_others.acknowledged()}")
        self.assertLess(lost, 20)

    def is_shut_down(self, host: BootedHost, cluster: Cluster, warden: BootedWarden) -> None:
        self.assertIn("master", [it.info("replication")["role"] for it in warden.servers])
        with Writer(cluster, place=self.hosts[2].network) as writer:
            until(lambda: writer.acknowledged() > 500, 60, "writes flow")
            moment = time.monotonic()
            host.power_off()
            until(lambda: writer.all_written_since(time.monotonic() - 1), 60, "every shard takes writes")
            self.tell(f"{host.name} was shut down: no shard was without writes for more than "
                      f"{max(it.outage(moment) for it in writer.lanes.values()):.2f} s")
            host.boot()
            self.returned(host, cluster, warden)
        self.assertEqual(writer.lost(), 0)
        self.tell(f"none of {writer.acknowledged()} acknowledged writes was lost")

    def returned(self, host: BootedHost, cluster: Cluster, warden: BootedWarden) -> None:
        warden.wait_running(timeout=120)
        for server in warden.servers:
            until(lambda it=server: it.info("replication")["role"] == "slave", 60, f"{server.port} is a replica")
        cluster.wait_whole(120)
        self.tell(f"{host.name} is back: its servers are replicas")


if __name__ == "__main__":
    main()
