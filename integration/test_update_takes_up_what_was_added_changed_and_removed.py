#!/usr/bin/env python3
"""`reread` says what `update` would change and changes nothing; `update` starts what was added, keeps what was changed
running until its next start, and lets go of what was removed without touching its server, whatever happens to it then."""

from world.accident import wait_recorded
from world.scenario import Scenario, main
from world.waiting import stays, until
from world.writer import Writer


class Update(Scenario):
    def test_each_of_them(self) -> None:
        kept, changed, removed, added = (self.world.server(save='""') for _ in range(4))
        warden = self.warden([kept, changed, removed]).start()
        warden.wait_running()
        pids = [it.pid() for it in (kept, changed, removed)]
        other = self.world.directory / "another-server"
        other.symlink_to(changed.binary)
        before = changed.binary
        changed.binary = other
        warden.servers = [kept, changed, added]
        warden.write_config()

        code, answer = warden.ctl("reread")
        difference = {"added": [added.port], "changed": [changed.port], "removed": [removed.port]}
        self.assertEqual((code, answer), (0, difference))
        self.assertEqual(warden.ctl("reread")[1], difference, "reread takes nothing up")
        self.assertEqual([it["port"] for it in warden.ask("STATUS")], [kept.port, changed.port, removed.port])
        self.assertIsNone(added.pid())

        code, answer = warden.ctl("update")
        self.assertEqual(code, 0, answer)
        self.assertEqual({it["port"]: it["text"].split(";")[0] for it in answer},
                         {added.port: "added", changed.port: "changed", removed.port: "removed"})
        warden.wait_state(added, "RUNNING")
        self.assertEqual([it.pid() for it in (kept, changed, removed)], pids, "a running server was touched")
        self.assertEqual([it["port"] for it in warden.ask("STATUS")], [kept.port, changed.port, added.port])
        self.assertEqual(warden.ctl("reread")[1], {"added": [], "changed": [], "removed": []})
        self.assertEqual(warden.ctl("restart", removed.port)[0], 1, "it is not ours any more")

        self.tell("the changed one takes the change up at its next start")
        self.assertEqual(changed.info("server")["executable"], str(before))
        self.assertEqual(warden.ctl("restart", changed.port)[0], 0)
        self.assertEqual(changed.info("server")["executable"], str(other))

        self.tell("the removed one dies and stays down")
        killed = removed.kill()
        until(lambda: removed.pid() != killed, 10, "it is dead")
        stays(lambda: removed.pid() is None, 3, "nobody starts it")

        self.tell("and is taken up again")
        warden.servers.append(removed)
        warden.write_config()
        self.assertEqual(warden.ctl("update")[0], 0)
        warden.wait_state(removed, "RUNNING")
        self.assertEqual(kept.pid(), pids[0])

    def test_another_policy_is_a_change_of_those_that_follow_it(self) -> None:
        first, second = self.world.server(save='""'), self.world.server(save='""')
        warden = self.warden([first, second], policies={"storage": "[backoff]\nbudget = 5\n"}).start()
        warden.wait_running()
        pids = [it.pid() for it in (first, second)]
        (warden.directory / "policies" / "storage.toml").write_text("[backoff]\nbudget = 6\n")
        both = [first.port, second.port]
        self.assertEqual(warden.ctl("reread")[1], {"added": [], "changed": both, "removed": []})
        code, answer = warden.ctl("update")
        self.assertEqual(code, 0, answer)
        self.assertEqual({it["port"]: it["text"] for it in answer},
                         {it: "its policy storage changed" for it in both})
        self.assertEqual(warden.ctl("reread")[1], {"added": [], "changed": [], "removed": []})
        self.assertEqual([it.pid() for it in (first, second)], pids)

    def test_a_removed_server_that_runs_is_taken_back_when_it_is_added_again(self) -> None:
        kept, moved = self.world.server(save='""'), self.world.server(save='""')
        warden = self.warden([kept, moved]).start()
        warden.wait_running()
        pid = moved.pid()
        for servers in ([kept], [kept, moved]):
            warden.servers = servers
            warden.write_config()
            self.assertEqual(warden.ctl("update")[0], 0)
        warden.wait_state(moved, "RUNNING")
        self.assertEqual(moved.pid(), pid)
        moved.kill()
        until(lambda: moved.pid() not in (None, pid), 30, "it is kept again")

    def test_a_removed_master_is_nobodys_to_succeed(self) -> None:
        cluster = self.world.cluster(persistence="none", node_timeout_ms=3000)
        warden = self.kept(cluster)
        master = cluster.shards[0].servers[0]
        with Writer(cluster):
            wait_recorded(warden, cluster)
            warden.servers = [it for it in cluster.servers if it is not master]
            warden.write_config()
            self.assertEqual(warden.ctl("update")[0], 0)
            master.kill()
            until(lambda: cluster.master(cluster.shards[0]) is not master, 60, "the cluster elects by itself")
        self.assertEqual(warden.events(name="asked"), [])


if __name__ == "__main__":
    main()
