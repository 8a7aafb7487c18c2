#!/usr/bin/env python3
"""slotwardend is killed at each step of putting a kept copy in place: the dataset is the old one or the new one, both
are kept, and the next daemon finishes the matter."""

from __future__ import annotations

import threading
from pathlib import Path

from world import processes
from world.accident import masters_alone
from world.cluster import Cluster, Shard
from world.keys import filled
from world.notices import Notices
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden

KEYS = 500
MOST_STEPS = 60


class KilledDuringAnInstall(Scenario):
    def good_copy(self, warden: Warden, server: Server) -> bytes:
        """One kept copy with every key; the server is down afterwards and stays so."""
        server.save()
        good = server.home / "good.rdb"
        good.write_bytes(server.dump.read_bytes())
        self.assertEqual(warden.ctl("stop", server.port, "--in-place", "--reason", "a scenario")[0], 0)
        warden.wait_state(server, "STOPPED")
        self.assertEqual(warden.ctl("accept-data", server.port, "--from", good, "--reason", "a scenario")[0], 0)
        return good.read_bytes()

    def released(self, warden: Warden, server: Server) -> None:
        try:
            warden.ask("RELEASE", server.port)
        except OSError:
            pass  # killed before it answered

    def everything(self, server: Server) -> list[bytes]:
        """What every file of the data directory holds, wherever it lies."""
        return [it.read_bytes() for it in server.data.rglob("*") if it.is_file()]

    def steps(self, warden: Warden, cluster: Cluster, shard: Shard, damage: bytes, place: Path) -> None:
        """Damages `place` before each start, and kills the daemon when the data directory changes for the nth time."""
        server = cluster.master(shard, cluster.servers[-1])
        good = self.good_copy(warden, server)
        self.assertEqual(warden.ctl("start", server.port)[0], 0)
        for step in range(1, MOST_STEPS):
            self.assertEqual(warden.ctl("hold", server.port)[0], 0)
            if server.pid():
                server.kill()
            warden.wait_held(server, "operator-hold")
            until(lambda: not processes.inside(server.data), 30, "its child, which may have been writing, has ended too")
            mark = damage + f" {step}".encode()
            place.parent.mkdir(exist_ok=True)
            # Renamed into its place: what is written into it would be written into the kept copy that it may be.
            new = place.with_name("new")
            new.write_bytes(mark)
            new.rename(place)
            with Notices(server.data, server.data / "slotwarden-kept") as notices:
                release = threading.Thread(target=self.released, args=(warden, server))
                release.start()
                seen = notices.wait(step, lambda: server.pid() is not None)
                warden.kill9()
                release.join()
            self.assertIn(good, self.everything(server), f"step {step}: the good copy is gone")
            self.assertIn(mark, self.everything(server), f"step {step}: what was in place is gone")
            warden.start()
            until(lambda: server.ready() and filled(server, shard, KEYS) == KEYS, 30,
                  f"step {step} ({seen}): it is back with every key")
            warden.wait_state(server, "RUNNING")
            until(lambda: server.info("persistence")["aof_enabled"] == str(int("aof" in str(place).lower())), 30,
                  f"step {step} ({seen}): it writes what its configuration says")
            if len(seen) < step:
                self.tell(f"killed at each of {step - 1} steps, the last of them: {seen[-1]}")
                self.assertGreaterEqual(step, 5, "the steps of an install were not seen")
                return
            until(lambda: not warden.status(server).get("note"), 30, f"step {step} ({seen}): nothing is left to do")
        self.fail(f"an install has more than {MOST_STEPS} steps")

    def test_of_a_dump(self) -> None:
        cluster, warden = masters_alone(self, KEYS, "rdb")
        self.steps(warden, cluster, cluster.shards[0], b"damaged", cluster.servers[0].dump)

    def test_of_a_dump_in_place_of_an_append_only_file(self) -> None:
        cluster, warden = masters_alone(self, KEYS, "aof")
        manifest = cluster.servers[0].data / "appendonlydir" / "appendonly.aof.manifest"
        self.steps(warden, cluster, cluster.shards[0], b"damaged", manifest)


if __name__ == "__main__":
    main()
