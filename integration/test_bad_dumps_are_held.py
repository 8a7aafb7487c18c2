#!/usr/bin/env python3
"""A master without a replica whose dump is empty, torn, flipped, gone or far too small: held, until a good one is
there."""

from collections.abc import Callable
from pathlib import Path

from world import faults
from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.writer import Writer


class BadDumps(Scenario):
    def test_each_is_held_by_a_rule_and_released_by_a_good_dump(self) -> None:
        cluster = self.world.cluster(replicas=0, persistence="rdb", node_timeout_ms=15000)
        warden = self.kept(cluster)
        master, *others = cluster.servers
        master.save()
        small_file = master.home / "small.rdb"
        small_file.write_bytes(master.dump.read_bytes())
        with Writer(cluster) as writer:
            until(lambda: len(writer.lanes[0].acknowledged) > 1000, 30, "1000 keys are acknowledged")
        master.save()
        wait_recorded(warden, cluster)
        good = faults.Copy(master.dump)
        pids = [it.pid() for it in others]

        damages: dict[str, tuple[Callable[[Path], None], set[str]]] = {
            "empty": (faults.empty, {"bad-dataset", "empty-dataset"}),
            "truncated": (faults.truncate, {"bad-dataset"}),
            "bit-flipped": (faults.flip_one_bit, {"bad-dataset"}),
            "deleted": (faults.delete, {"empty-dataset"}),
            "emptied by a save of nothing": (lambda file: file.write_bytes(small_file.read_bytes()) and None,
                                             {"empty-dataset", "shrunken-dataset"}),
        }
        for name, (damage, rules) in damages.items():
            with self.subTest(dump=name):
                faults.damage_and_kill(master, master.dump, damage)
                held = warden.wait_held(master, *rules)
                self.tell(f"{name}: {held['hold']['rule']}, {held['hold']['because']}")
                stays(lambda: master.pid() is None, 1.5, "it is not started")
                self.assertTrue(warden.explain(master)["would_release"])
                good.put_back()
                until(lambda: master.keys() >= 1000, 30, "it is back with the good dump")
                self.assertEqual([it.pid() for it in others], pids, "another instance was disturbed")
                until(lambda: writer.lost() == 0, 60, "every key is served again")
                warden.wait_state(master, "RUNNING")


if __name__ == "__main__":
    main()
