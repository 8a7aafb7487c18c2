#!/usr/bin/env python3
"""The newest generation is loaded in a server of its own and its keys are counted: that proves it. One whose note
promises more, or that the server refuses, is told as not proven; without memory nothing is begun; and of a daemon that is
killed meanwhile neither a process nor a file is left."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from world.limits import MemoryLimit
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden
from world.world import build_directory

POLICY = "[backup]\nenabled = true\nleast_free_percent = 0\n"
SOMEBODY = 65534
MIB = 1 << 20
# A program that takes its time, where it is to load a generation only.
SLOW = """#!/bin/sh
case "$PWD" in */.rehearsal) exec sleep 600 ;; esac
exec {binary} "$@"
"""


def live_in(directory: Path) -> list[int]:
    """Processes whose working directory it is, or was."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            at = os.readlink(f"/proc/{entry}/cwd")
        except OSError:
            continue
        if at.removesuffix(" (deleted)") == str(directory):
            found.append(int(entry))
    return found


class Rehearsal(Scenario):
    def saved(self, server: Server, warden: Warden) -> str:
        before = len(warden.events(server, "backup"))
        last = int(server.call("LASTSAVE"))
        until(lambda: int(server.call("TIME")[0]) > last, 5, "another second has come")
        server.call("SET", "once", os.urandom(20))
        until(lambda: server.call("BGSAVE") is not None, 10, "a save has begun")
        warden.wait_event("backup", server, count=before + 1)
        copies = warden.ask("BACKUPS", server.port)[0]["copies"]
        return str([it["generation"] for it in copies if it["why"] == "saved"][-1])

    def one(self, **more: str) -> tuple[Server, Warden]:
        server = self.world.server(save='""', cluster_enabled="no", **more)
        warden = self.warden([server], policies={"storage": POLICY}).start()
        warden.wait_running()
        for n in range(500):
            server.call("SET", f"key:{n}", "x" * 50, *(["EX", "1"] if n % 10 == 0 else []))
        return server, warden

    def scratch(self, server: Server) -> Path:
        return Path(os.path.realpath(server.data)) / "slotwarden-kept" / ".rehearsal"

    def nothing_left(self, server: Server) -> None:
        self.assertEqual(live_in(self.scratch(server)), [])
        self.assertFalse(self.scratch(server).exists(), "its folder is gone")

    def test_proves_each_node_of_a_cluster(self) -> None:
        cluster = self.world.cluster(3, 0, persistence="rdb")
        warden = self.kept(cluster, policies={"storage": POLICY})
        for shard in cluster.shards:
            tag = shard.tags(1)[0]
            for n in range(200):
                shard.servers[0].call("SET", f"{{{tag}}}{n}", "x" * 50)
            shard.servers[0].call("HSET", f"{{{tag}}}hash", "a", "1")
        names = []
        for shard in cluster.shards:
            server = shard.servers[0]
            before = len(warden.events(server, "backup"))
            last = int(server.call("LASTSAVE"))
            until(lambda: int(server.call("TIME")[0]) > last, 5, "another second has come")  # noqa: B023
            until(lambda: server.call("BGSAVE") is not None, 10, "a save has begun")  # noqa: B023
            warden.wait_event("backup", server, count=before + 1)
            names.append(warden.ask("BACKUPS", server.port)[0]["copies"][-1]["generation"])
        data = {it.port: sorted(os.listdir(it.data)) for it in cluster.servers}
        code, told = warden.ctl("rehearse", "all")
        self.assertEqual(code, 0, told)
        self.assertEqual([it["outcome"] for it in told], ["done"] * 3)
        for shard, name in zip(cluster.shards, names, strict=True):
            server = shard.servers[0]
            proven = warden.ask("BACKUPS", server.port)[0]["proven"]
            self.assertEqual((proven["generation"], proven["keys"]), (name, server.keys()))
            self.assertIn("last proven copy", [it["name"] for it in warden.explain(server)["evidence"]])
            self.nothing_left(server)
        self.assertEqual({it.port: sorted(os.listdir(it.data)) for it in cluster.servers}, data)
        self.assertIn("proven", warden.human("backups", cluster.shards[0].servers[0].port))
        self.tell("the newest generation of every node is proven, with its keys")
        warden.restart()
        until(lambda: warden.ask("BACKUPS", server.port)[0]["proven"] == proven, 20, "the next daemon remembers it")
        self.tell("and the next daemon remembers it")

    def test_tells_what_is_not_proven(self) -> None:
        server, warden = self.one()
        name = self.saved(server, warden)
        code, told = warden.ctl("rehearse", server.port)
        self.assertEqual(code, 0, told)
        proven = warden.ask("BACKUPS", server.port)[0]["proven"]
        note = server.data / "slotwarden-kept" / f"{name}.json"
        text = json.loads(note.read_text())
        note.write_text(json.dumps(text | {"keys": text["keys"] + 7}))
        code, told = warden.ctl("rehearse", server.port)
        self.assertEqual(code, 1)
        listed = warden.ask("BACKUPS", server.port)[0]
        self.assertEqual(listed["not_proven"]["rule"], "rehearsal-note-differs")
        self.assertEqual(listed["proven"], proven, "what was proven before is still known, with its age")
        self.assertIn("rehearse", str(warden.ask("DOCTOR")["findings"]))
        self.assertIn("is not proven", warden.human("doctor", "--config", warden.config))
        self.assertEqual(len(warden.events(server, "not-proven")), 1)
        self.tell("a note that promises more than there is proves nothing")

        with server.client() as client:
            client.call("SELECT", 9)
            client.call("SET", "far", "away")
        self.saved(server, warden)
        server.config.write_text(server.config.read_text() + "\ndatabases 4\n")
        code, told = warden.ctl("rehearse", server.port)
        self.assertEqual(code, 1)
        failed = warden.ask("BACKUPS", server.port)[0]["not_proven"]
        self.assertEqual(failed["rule"], "rehearsal-not-loaded")
        self.assertIn("databases", failed["detail"], "the server's own words")
        self.nothing_left(server)
        self.tell("what the server refuses is not proven, and its words are told")
        server.config.write_text(server.config.read_text().replace("\ndatabases 4\n", "\n"))
        self.assertEqual(warden.ctl("rehearse", server.port)[0], 0)
        self.assertEqual([it for it in warden.ask("DOCTOR")["findings"] if "rehearse" in it["fix"]], [])
        self.tell("and proven once it can be loaded")

    def test_begins_nothing_without_memory(self) -> None:
        server, warden = self.one()
        name = self.saved(server, warden)
        kept = server.data / "slotwarden-kept"
        self.promise_memory(kept / name, 1 << 50)
        code, told = warden.ctl("rehearse", server.port)
        self.assertEqual(code, 4, told)
        self.assertEqual(told[0]["rule"], "rehearsal-no-memory")
        self.assertIn("would take", told[0]["text"])
        self.nothing_left(server)
        self.tell("what would need a pebibyte is not begun")

    def test_comes_by_itself_where_the_policy_says_so(self) -> None:
        server = self.world.server(save='""', cluster_enabled="no")
        warden = self.warden([server], policies={"storage": POLICY + 'rehearse_every = "1s"\n'}).start()
        warden.wait_running()
        server.call("SET", "a", "1")
        name = self.saved(server, warden)
        proven = warden.wait_event("proven", server)[-1]
        self.assertIn(name, proven["detail"])
        self.assertIn("by its policy", proven["detail"])
        until(lambda: not self.scratch(server).exists(), 20, "its folder is gone")
        self.tell("a new generation is rehearsed by itself")

    def test_is_ended_first_when_memory_gets_short(self) -> None:
        group = MemoryLimit(self.world.directory, 400 * MIB)
        server, warden = self.slow(host='mode = "audit"\nsaves.reserve_percent = 20\n')
        self.saved(server, warden)
        serving = run_id(server)
        group.add(warden.pid)
        group.add(server.pid())
        asking = subprocess.Popen([build_directory() / "slotwardenctl", "-s", warden.socket, "--json", "rehearse"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(asking.kill)
        until(lambda: live_in(self.scratch(server)), 20, "a rehearsal is under way")
        until(lambda: "rehearsal: loading" in str(warden.ask("BACKUPS", server.port)[0]["doing"]), 20, "it says so")
        hog = self.hog(group, 350 * MIB)
        told = json.loads(asking.communicate(timeout=60)[0])
        self.assertEqual((asking.returncode, told[0]["rule"]), (4, "rehearsal-squeezed"), told)
        hog.kill()
        hog.wait()
        self.assertEqual(len(warden.events(server, "rehearsal-ended")), 1)
        listed = warden.ask("BACKUPS", server.port)[0]
        self.assertEqual((listed["not_proven"], listed["doing"]), (None, None), "it tells nothing of the generation")
        self.nothing_left(server)
        self.assertEqual(run_id(server), serving, "the instance was not touched")
        self.tell("ended when memory got short, and nothing is left")

    def hog(self, group: MemoryLimit, size: int) -> subprocess.Popen[bytes]:
        """Somebody else who takes so much of the group's memory."""
        taker = subprocess.Popen([sys.executable, "-c", f"input(); b = b'x' * {size}; input()"], stdin=subprocess.PIPE)
        self.addCleanup(taker.kill)
        group.add(taker.pid)
        assert taker.stdin
        taker.stdin.write(b"\n")
        taker.stdin.flush()
        return taker

    def test_needs_no_root(self) -> None:
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else")
        server = self.world.server(save='""', cluster_enabled="no")
        warden = self.warden([server], policies={"storage": POLICY})
        for path in (self.world.directory, *self.world.directory.rglob("*")):
            os.chown(path, SOMEBODY, SOMEBODY)
        warden.start(user=SOMEBODY)
        warden.wait_running()
        server.call("SET", "a", "1")
        self.saved(server, warden)
        code, told = warden.ctl("rehearse", server.port)
        self.assertEqual((code, told[0]["outcome"]), (0, "done"), told)
        self.nothing_left(server)
        self.tell("proven by a daemon without any privilege")

    def promise_memory(self, file: Path, size: int) -> None:
        """Another used-mem in its header, and the checksum left out, as with `rdbchecksum no`; its note follows."""
        data = bytearray(file.read_bytes())
        at = data.index(b"used-mem") + len("used-mem")
        length = {0xC0: 2, 0xC1: 3, 0xC2: 5}.get(data[at], data[at] + 1)
        number = str(size).encode()
        data[at:at + length] = bytes([len(number)]) + number
        data[-8:] = bytes(8)
        other = file.with_name(".by-the-test")
        other.write_bytes(data)
        other.rename(file)
        note = file.with_name(file.name + ".json")
        text = json.loads(note.read_text())
        text.pop("crc64", None)
        note.write_text(json.dumps(text | {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}))

    def slow(self, **policies: str) -> tuple[Server, Warden]:
        """A server that would take ten minutes for a generation."""
        server = self.world.server(save='""', cluster_enabled="no")
        slow = self.world.directory / "slow-server"
        slow.write_text(SLOW.format(binary=server.binary))
        slow.chmod(0o755)
        warden = self.warden([server], policies={"storage": POLICY} | policies)
        warden.config.write_text(warden.config.read_text().replace(str(server.binary), str(slow)))
        warden.start()
        warden.wait_running()
        return server, warden

    def test_leaves_nothing_when_the_daemon_is_killed(self) -> None:
        server, warden = self.slow()
        self.saved(server, warden)
        serving = run_id(server)
        asking = subprocess.Popen([build_directory() / "slotwardenctl", "-s", warden.socket, "rehearse"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(asking.kill)
        until(lambda: live_in(self.scratch(server)), 20, "a rehearsal is under way")
        code, told = warden.ctl("rehearse", server.port)
        self.assertEqual((code, told[0]["rule"]), (4, "rehearsal-another"))
        warden.kill9()
        until(lambda: not live_in(self.scratch(server)), 10, "its server has died with the daemon")
        asking.wait(30)
        self.assertTrue(self.scratch(server).exists(), "its files are still there")
        self.tell("killed in the middle of it: its server dies with the daemon")
        left = self.left_running(server)
        warden.start()
        until(lambda: not self.scratch(server).exists(), 20, "the next daemon removes its files")
        left.wait(10)
        self.assertEqual(left.returncode, -signal.SIGKILL)
        self.assertEqual(run_id(server), serving, "the instance was not touched")
        self.tell("what did not die is ended by the next daemon, and no file is left")

    def left_running(self, server: Server) -> subprocess.Popen[bytes]:
        """As if it had been a program that outlives its parent whatever that wanted."""
        left = subprocess.Popen(["sleep", "600"], cwd=self.scratch(server), start_new_session=True)
        self.addCleanup(left.kill)
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        stat = Path(f"/proc/{left.pid}/stat").read_text()
        (self.scratch(server) / "process").write_text(boot + stat)
        return left


def run_id(server: Server) -> str:
    return next(line for line in server.call("INFO", "server").splitlines() if line.startswith("run_id:"))


if __name__ == "__main__":
    main()
