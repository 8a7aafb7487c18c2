#!/usr/bin/env python3
"""Every generation is read again on request, and a damaged one is named; one that is whole is exported, with the
cluster's topology and sums that sha256sum takes, and nothing is left of an export that fails. No daemon is needed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from world.scenario import Scenario, main
from world.waiting import until

POLICY = "[backup]\nenabled = true\nkeep_last = 10\nleast_free_percent = 0\n"


def tree(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file below, with what tells whether it was touched."""
    return {str(at): (at.stat().st_ino, at.stat().st_mtime_ns, at.read_bytes())
            for at in directory.rglob("*") if at.is_file()}


class Generations(Scenario):
    def two_generations(self) -> list[Path]:
        self.cluster = self.world.cluster(3, 0, persistence="rdb")
        self.server = self.cluster.shards[0].servers[0]
        self.keeper = self.kept(self.cluster, policies={"storage": POLICY})
        for count in (1, 2):
            saved = int(self.server.call("LASTSAVE"))
            until(lambda: int(self.server.call("TIME")[0]) > saved, 5, "another second has come")  # noqa: B023
            tag = self.cluster.shards[0].tags(1)[0]
            for n in range(100):
                self.server.call("SET", f"{{{tag}}}{count}:{n}", os.urandom(100))
            until(lambda: self.server.call("BGSAVE") is not None, 10, "a save has begun")
            until(lambda: len(self.names()) >= count, 30, f"{count} generations are kept")  # noqa: B023
        return [self.server.data / "slotwarden-kept" / it for it in self.names()]

    def names(self) -> list[str]:
        copies = self.keeper.ask("BACKUPS", self.server.port)[0]["copies"]
        return [it["generation"] for it in copies if it["why"] == "saved" and it["keys"]]

    def backups(self, *words: object) -> tuple[int, object]:
        return self.keeper.ctl("backups", *words, "--config", self.keeper.config)

    def left(self, off_site: Path) -> list[str]:
        return sorted(os.listdir(off_site))

    def test_are_verified_and_exported_without_the_daemon(self) -> None:
        older, newest = self.two_generations()[-2:]
        self.keeper.stop()
        before = tree(self.server.data)
        port = self.server.port
        code, told = self.backups("verify", port)
        self.assertEqual(code, 0, told)
        self.assertEqual({it["state"] for it in told[0]["copies"]}, {"valid"})
        self.assertEqual({it["generation"] for it in told[0]["copies"]}, {older.name, newest.name})
        self.tell("all are valid")

        off_site = self.world.directory / "off-site"
        code, told = self.backups("export", port, newest.name, off_site)
        self.assertEqual(code, 1)
        self.assertIn("make it, or mount", str(told))
        off_site.mkdir()
        code, told = self.backups("export", port, newest.name, off_site)
        self.assertEqual(code, 0, told)
        self.assertIsNone(told["trouble"])
        folder = Path(told["directory"])
        self.assertEqual(self.left(off_site), [folder.name])
        subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, check=True, capture_output=True)
        self.assertEqual((folder / newest.name).read_bytes(), newest.read_bytes())
        topology = json.loads((folder / "topology.json").read_text())
        nodes = {it["id"]: it for it in topology["cluster"]["nodes"]}
        mine = self.cluster.nodes(self.server)
        self.assertEqual(set(nodes), set(mine))
        self.assertEqual(topology["generation"]["name"], newest.name)
        self.assertEqual(topology["record"]["node_id"], str(self.server.call("CLUSTER", "MYID")))
        myself = nodes[str(self.server.call("CLUSTER", "MYID"))]
        self.assertTrue(myself["myself"])
        self.assertEqual(myself["shard_slots"], "0-5460")
        self.tell("exported with the topology, and sha256sum agrees")

        code, told = self.backups("export", port, newest.name, off_site)
        self.assertEqual(code, 1)
        self.assertIn("is there already", str(told))
        self.assertEqual(self.left(off_site), [folder.name])
        self.assertEqual(tree(self.server.data), before, "nothing in the data directory was touched")

        self.spoil(older)
        code, told = self.backups("verify", "all")
        self.assertEqual(code, 4)
        bad = [it for port in told for it in port["copies"] if it["state"] != "valid"]
        self.assertEqual([(it["generation"], it["state"]) for it in bad], [(older.name, "corrupt")])
        self.assertIn("slotwardenctl save", bad[0]["do"])
        human = self.keeper.human("backups", "verify", port, "--config", self.keeper.config)
        self.assertIn(bad[0]["detail"], human)
        code, told = self.backups("export", port, older.name, off_site)
        self.assertEqual(code, 1)
        self.assertIn("corrupt", str(told))
        self.assertEqual(self.left(off_site), [folder.name], "nothing is left of what failed")
        self.tell("a damaged one is named, and not exported")
        self.exported_after_one_was_killed(newest, off_site)
        self.exported_where_there_is_no_room(newest)
        self.removal_is_finished(older)

    def exported_after_one_was_killed(self, newest: Path, off_site: Path) -> None:
        before = self.left(off_site)
        dead = off_site / ".slotwarden-export-0123456789abcdef"
        dead.mkdir()
        (dead / newest.name).write_bytes(newest.read_bytes()[:100])
        foreign = off_site / ".slotwarden-export-0123456789abcde0"
        foreign.mkdir()
        (foreign / "somebody-s").write_text("own")
        elsewhere = newest.with_name("under-another-name.rdb")
        elsewhere.write_bytes(newest.read_bytes())
        code, told = self.backups("export", self.server.port, elsewhere.name, off_site)
        elsewhere.unlink()
        self.assertEqual((code, told["cleared"]), (0, 1), told)
        self.assertEqual(set(self.left(off_site)) - set(before), {foreign.name, Path(told["directory"]).name})
        self.tell("what a killed export left is removed by the next one, and nothing else")

    def removal_is_finished(self, generation: Path) -> None:
        """As if the daemon had died between the dump and its note."""
        note = generation.with_name(generation.name + ".json")
        self.assertTrue(note.exists())
        generation.unlink()
        self.keeper.start()
        removed = self.keeper.wait_event("backup-removed", self.server, timeout=90)[-1]
        self.assertIn(generation.name, removed["detail"])
        self.assertFalse(note.exists())
        self.tell("a removal that was cut short is finished by the next daemon")

    def spoil(self, file: Path) -> None:
        """Another bit on the disk, in a new file: servers may have the old one open."""
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 4
        other = file.parent / ".by-the-test"
        other.write_bytes(data)
        other.rename(file)

    def exported_where_there_is_no_room(self, newest: Path) -> None:
        small = self.world.directory / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", small], capture_output=True).returncode:
            self.tell("no small file system can be mounted here")
            return
        self.addCleanup(subprocess.run, ["umount", "-l", small], check=True)
        code, told = self.backups("export", self.server.port, newest.name, small)
        self.assertEqual(code, 1)
        self.assertIn("make room", str(told))
        self.assertEqual(self.left(small), [])
        subprocess.run(["mount", "-o", "remount,ro", small], check=True)
        code, told = self.backups("export", self.server.port, newest.name, small)
        self.assertEqual(code, 1)
        self.assertIn("read-only", str(told))
        self.tell("a full and a read-only disk are told, and nothing is left there")


if __name__ == "__main__":
    main()
