#!/usr/bin/env python3
"""No replica anywhere: a master with its dump returns in its place at once, one without is held for an operator."""

import time

from world.accident import kill_master, wait_recorded
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.writer import Writer


class MasterWithoutReplica(Scenario):
    def test_with_a_dump_it_returns_and_without_one_it_is_held(self) -> None:
        cluster = self.world.cluster(replicas=0, persistence="rdb")
        warden = self.kept(cluster)
        saved, unsaved, _ = cluster.servers
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
        saved.save()
        began = time.monotonic()
        kill_master(cluster, cluster.shards[0])
        until(lambda: writer.verify(cluster.shards[0]).lost == set(), 60, "the saved master serves every key again")
        self.tell(f"{saved.port} is back with {saved.keys()} keys after {time.monotonic() - began:.2f} s")
        cluster.wait_whole()

        kill_master(cluster, cluster.shards[1])
        held = warden.wait_held(unsaved, "empty-dataset")
        self.tell(f"{unsaved.port} is held: {held['hold']['because']}")
        self.assertEqual(held["state"], "HELD")
        stays(lambda: unsaved.pid() is None, 5, "it is not started empty")
        explained = warden.explain(unsaved)
        self.assertEqual(explained["verdict"]["rule"], "empty-dataset")
        self.assertTrue(explained["would_release"] and explained["may_lose"])

        code, _ = warden.ctl("start", unsaved.port, "--force", "--yes")
        self.assertEqual(code, 2, "--force without --reason")
        code, done = warden.ctl("start", unsaved.port, "--force", "--yes", "--reason", "the data is gone for good")
        self.assertEqual(code, 0, done)
        warden.wait_state(unsaved, "RUNNING")
        self.assertEqual(unsaved.keys(), 0)
        forced = [it for it in warden.events(unsaved) if "the data is gone for good" in it["detail"]]
        self.assertTrue(forced, "the operator's word is not recorded")


if __name__ == "__main__":
    main()
