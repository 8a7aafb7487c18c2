#!/usr/bin/env python3
"""`restore` brings a shard back to a generation: its plan says what is lost, nothing happens without a word, the master
comes back with the generation's keys and its replicas take them over. A bad or foreign generation changes nothing."""

from __future__ import annotations

from world.keys import fill
from world.scenario import Scenario, main
from world.waiting import until

KEYS, LATER = 400, 900
INSTALLING = ".slotwarden-installing"  # where a dump is prepared to take another's place
BACKUPS = "[backup]\nenabled = true\nleast_free_percent = 0\n"


class Restore(Scenario):
    def test_brings_back_what_a_generation_holds(self) -> None:
        cluster = self.world.cluster(persistence="none", node_timeout_ms=30000)
        warden = self.kept(cluster, policies={"storage": BACKUPS})
        shard = cluster.shards[0]
        master, replica = cluster.master(shard), cluster.replicas(shard)[0]
        fill(master, shard, KEYS)
        fill(other := cluster.master(cluster.shards[1]), cluster.shards[1], KEYS)
        until(lambda: replica.keys() == KEYS, 30, "the replica has every key")
        replica.call("BGSAVE")
        warden.wait_event("backup-arrived", master)
        generation = warden.ask("BACKUPS", master.port)[0]["copies"][-1]["generation"]
        fill(master, shard, LATER)
        until(lambda: replica.keys() == LATER, 30, "the replica has the later keys")
        until(lambda: warden.status(master)["keys"] == LATER, 30, "slotwarden has seen them")
        self.tell(f"{KEYS} keys are kept, and {LATER} are there now")

        pid = master.pid()
        code, planned = warden.ctl("restore", master.port, "--generation", generation, "--plan")
        self.assertEqual(code, 0, planned)
        self.assertIn("lost", planned[0]["text"])
        code, refused = warden.ctl("restore", master.port, "--generation", generation, "--reason", "a test")
        self.assertNotEqual(code, 0, "without a word nothing is done")
        code, replicas = warden.ctl("restore", replica.port, "--generation", generation, "--reason", "a test", "--yes")
        self.assertEqual(code, 1, replicas)
        kept = master.data / "slotwarden-kept"
        damaged = bytearray((kept / generation).read_bytes())
        damaged[len(damaged) // 2] ^= 4
        (kept / "damaged.rdb").write_bytes(damaged)
        code, bad = warden.ctl("restore", master.port, "--generation", "damaged.rdb", "--reason", "a test", "--yes")
        self.assertEqual((code, bad[0]["rule"]), (4, "named-damaged"), bad)
        other.save()
        (kept / "other.rdb").write_bytes(other.dump.read_bytes())
        for last in ("--plan", "--yes"):
            code, bad = warden.ctl("restore", master.port, "--generation", "other.rdb", "--reason", "a test", last)
            self.assertEqual((code, bad[0]["rule"]), (4, "named-other-shard"), bad)
        self.assertEqual(warden.ctl("hold", master.port, "--reason", "a test")[0], 0)
        code, held = warden.ctl("restore", master.port, "--generation", generation, "--reason", "a test", "--yes")
        self.assertEqual((code, held[0]["rule"]), (4, "operator-hold"), held)
        self.assertEqual(warden.ctl("release", master.port)[0], 0)
        self.assertEqual((master.pid(), master.keys()), (pid, LATER), "nothing was touched")
        self.tell("a plan, a replica, a hold, a damaged generation and one of another shard change nothing")

        in_the_way = master.data / INSTALLING
        in_the_way.mkdir()
        code, failed = warden.ctl("restore", master.port, "--generation", generation, "--reason", "a test", "--yes")
        self.assertEqual(code, 1, failed)
        self.assertIn("it is started again with what is in place", failed[0]["text"])
        in_the_way.rmdir()
        until(lambda: warden.status(master)["state"] == "RUNNING" and master.keys() == LATER, 60, "it serves as before")
        self.settle(warden, cluster)
        self.tell("a dataset that cannot be exchanged is served again as it was")

        code, done = warden.ctl("restore", master.port, "--generation", generation, "--reason", "a test", "--yes")
        self.assertEqual(code, 0, done)
        self.assertEqual(master.keys(), KEYS)
        until(lambda: replica.keys() == KEYS, 30, "the replica has taken them over")
        self.assertEqual(cluster.master(shard), master)
        counted = warden.events(master, "quarantine-released")
        self.assertTrue(counted and counted[-1]["rule"] == "quarantine-counted", counted)
        self.tell(f"master and replica hold the {KEYS} keys of the generation")
        before = [it for it in warden.ask("BACKUPS", master.port)[0]["copies"] if it["why"] == "replaced"]
        self.assertEqual(len(before), 2, "what was there is kept, each time")
        self.assertGreater((kept / before[-1]["generation"]).stat().st_size, (kept / generation).stat().st_size)


if __name__ == "__main__":
    main()
