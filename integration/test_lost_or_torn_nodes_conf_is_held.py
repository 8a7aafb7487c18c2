#!/usr/bin/env python3
"""A nodes.conf that is gone, empty, or cut in the middle would make a stranger of the node, or a crash loop: held."""

from collections.abc import Callable
from pathlib import Path

from world import faults
from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.waiting import stays
from world.writer import Writer


class NodesConf(Scenario):
    def test_a_replica_is_held_until_the_file_is_mended(self) -> None:
        cluster = self.world.cluster(persistence="none")
        warden = self.kept(cluster)
        replica = cluster.shards[0].servers[1]
        nodes = replica.data / "nodes.conf"
        pids = [it.pid() for it in cluster.servers if it is not replica]
        damages: dict[str, tuple[Callable[[Path], None], set[str]]] = {
            "deleted": (faults.delete, {"nodes-lost"}),
            "empty": (faults.empty, {"nodes-lost", "nodes-damaged"}),
            "cut in the middle": (faults.truncate, {"nodes-damaged"}),
        }
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            for name, (damage, rules) in damages.items():
                with self.subTest(nodes_conf=name):
                    good = faults.Copy(nodes)
                    faults.damage_and_kill(replica, nodes, damage)
                    held = warden.wait_held(replica, *rules)
                    self.tell(f"{name}: {held['hold']['rule']}, {held['hold']['because']}")
                    stays(lambda: replica.pid() is None, 1.0, "it is not started")
                    good.put_back()
                    cluster.wait_whole()
            self.assertEqual(dict(writer.failed()), {})
            self.assertEqual([it.pid() for it in cluster.servers if it is not replica], pids)

    def test_a_master_is_succeeded_all_the_same(self) -> None:
        cluster = self.world.cluster(persistence="none")
        warden = self.kept(cluster)
        master = cluster.shards[0].servers[0]
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            nodes = master.data / "nodes.conf"
            good = faults.Copy(nodes)
            faults.damage_and_kill(master, nodes, faults.delete)
            warden.wait_event("succeeded", master)
            warden.wait_held(master, "nodes-lost")
            good.put_back()
            cluster.wait_whole()
        self.assertEqual(writer.lost(), 0)


if __name__ == "__main__":
    main()
