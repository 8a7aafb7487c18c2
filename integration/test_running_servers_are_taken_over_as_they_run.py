#!/usr/bin/env python3
"""Servers that run without a supervisor are adopted and given back: the same processes, and no client notices."""

import signal
import subprocess
from pathlib import Path
from typing import Any

from world import processes
from world.cluster import Cluster
from world.crowd import Crowd
from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import until
from world.warden import Warden
from world.writer import Writer

# Starts a server as its child, and again whenever that ends.
SUPERVISOR = """#!/usr/bin/env python3
import subprocess, sys
while True:
    subprocess.run(sys.argv[1:], start_new_session=True)
"""


class TakenOver(Scenario):
    def test_bare_daemons_are_adopted_kept_and_given_back(self) -> None:
        cluster = self.daemons()
        warden = self.warden([]).start()
        self.plan_names_nobody(cluster, warden)
        master = cluster.master(cluster.shards[0])
        with Crowd(master) as crowd, Writer(cluster, patience=10) as writer:
            until(lambda: writer.acknowledged() > 300, 60, "writes are acknowledged")
            pids = {it.port: it.pid() for it in cluster.servers}
            for server in cluster.servers:
                code, told = self.adopt(warden, server, "--yes")
                self.assertEqual((code, told[0]["outcome"]), (0, "done"), told)
            self.assertEqual({it.port: it.pid() for it in cluster.servers}, pids)
            self.assertTrue(crowd.unmoved())
            self.assertEqual(dict(writer.failed()), {})
            warden.servers = cluster.servers
            warden.wait_running()
            self.assertEqual({it["port"]: it["pid"] for it in warden.ask("STATUS")}, pids)
            self.settle(warden, cluster)
            self.tell("six servers adopted: the same processes, 100 clients of a master unmoved, no write failed")
            warden.kill9()
            warden.start()
            warden.wait_running()
            self.assertEqual({it["port"]: it["pid"] for it in warden.ask("STATUS")}, pids)
            self.settle(warden, cluster)
            self.assertTrue(crowd.unmoved())
            self.tell("taken back by the next daemon")
            killed = master.kill()
            until(lambda: cluster.master(cluster.shards[0]) is not master, 30, "its replica has taken over")
            warden.wait_running()
            self.assertNotEqual(master.pid(), killed)
            cluster.wait_whole()
            self.tell("killed: its replica took over, and slotwarden started it again")
        self.assertEqual(writer.lost(), 0)
        self.given_back(cluster, warden)

    def test_a_server_of_another_supervisor_is_refused_by_its_name(self) -> None:
        server = self.world.server()
        supervisor = self.world.directory / "supervisord"
        supervisor.write_text(SUPERVISOR)
        supervisor.chmod(0o755)
        process = subprocess.Popen([supervisor, server.binary, server.config], start_new_session=True)
        self.world.children.append(process)
        server.wait_ready()
        warden = self.warden([]).start()
        pid = server.pid()
        code, told = self.adopt(warden, server, "--yes")
        self.assertEqual((code, told[0]["rule"]), (4, "another-supervisor"), told)
        self.assertIn(f"supervisord (pid {process.pid})", told[0]["text"])
        self.assertFalse(self.configuration(warden, server).exists())
        # The daemon comes to the same answer by itself.
        warden.servers = [server]
        warden.write_config()
        warden.ask("UPDATE")
        told = warden.ask("ADOPT", server.port, timeout=60)
        self.assertEqual((told[0]["outcome"], told[0]["rule"]), ("refused", "another-supervisor"), told)
        self.assertEqual(server.pid(), pid)
        self.assertNotEqual(warden.state_of(server), "RUNNING")
        self.tell("refused twice, and nothing was written")

    def test_a_server_that_its_file_would_not_start_again_is_refused(self) -> None:
        server = self.daemon()
        server.start()
        server.wait_ready()
        warden = self.warden([]).start()
        server.call("CONFIG", "SET", "appendonly", "yes")
        code, told = self.adopt(warden, server, "--yes")
        self.assertEqual((code, told[0]["rule"]), (4, "settings-differ"), told)
        self.assertIn("appendonly is no in its file and yes in force", told[0]["text"])
        self.assertFalse(self.configuration(warden, server).exists())
        server.call("CONFIG", "SET", "appendonly", "no")
        code, told = self.adopt(warden, server)
        self.assertEqual(code, 4, "without --yes, and nobody to ask")
        self.assertEqual(warden.ask("STATUS"), [])
        code, told = self.adopt(warden, server, "--yes")
        self.assertEqual((code, told[0]["outcome"]), (0, "done"), told)
        code, told = self.adopt(warden, server, "--yes")
        self.assertEqual((code, told[0]["outcome"]), (0, "already"), told)
        self.tell("adopted once its file said what was in force")

    def test_masters_that_were_configured_by_hand_are_adopted_without_a_hand_over(self) -> None:
        cluster = self.daemons()
        pids = {it.port: it.pid() for it in cluster.servers}
        elections = cluster.elections()
        warden = self.warden(cluster.servers).start()
        # Each is somebody else's until it is adopted.
        for server in cluster.servers:
            warden.wait_event("stranger", server)
            warden.wait_held(server)
        code, told = warden.ctl("adopt", *(it.port for it in cluster.servers), "--config", warden.config, "--yes")
        self.assertEqual((code, [it["outcome"] for it in told]), (0, ["done"] * 6), told)
        warden.wait_running()
        self.settle(warden, cluster)
        self.assertEqual({it["port"]: it["pid"] for it in warden.ask("STATUS")}, pids)
        self.assertEqual((cluster.elections(), warden.config.read_text().count("[[instance]]")), (elections, 6))
        self.tell("six strangers are ours, and no master was asked to hand over")

    # The steps.

    def daemon(self) -> Server:
        server = self.world.server(daemonize="yes", save='"3600 1"')
        server.options["pidfile"] = str(server.home / "server.pid")
        server.write_config()
        return server

    def daemons(self) -> Cluster:
        cluster = Cluster([self.daemon() for _ in range(6)], 3, 15000)
        for server in cluster.servers:
            server.start()
        cluster.form()
        self.tell("a cluster of six daemons that nobody keeps")
        return cluster

    def adopt(self, warden: Warden, server: Server, *more: str) -> tuple[int, Any]:
        return warden.ctl("adopt", server.port, "--config", warden.config, *more)

    def configuration(self, warden: Warden, server: Server) -> Path:
        return warden.directory / "conf.d" / f"{server.port}.toml"

    def plan_names_nobody(self, cluster: Cluster, warden: Warden) -> None:
        ours = {it.port: it for it in cluster.servers}
        _, told = warden.ctl("adopt", "--config", warden.config)
        found = {it["port"]: it for it in told if it["port"] in ours}
        self.assertEqual(set(found), set(ours))
        for port, plan in found.items():
            self.assertEqual((plan["pid"], plan["config"]), (ours[port].pid(), str(ours[port].config)), plan)
            self.assertEqual((plan["keeper"], plan["ruling"], plan["rule"]), ("nobody", "go", "kept-by-nobody"), plan)
        self.assertEqual(sorted(it["role"] for it in found.values()), ["master"] * 3 + ["replica"] * 3)
        self.assertIn("nobody", warden.human("adopt", "--config", warden.config))
        self.assertFalse((warden.directory / "conf.d").exists(), "a plan writes nothing")
        self.tell("the plan names them, and that nobody keeps them")

    def given_back(self, cluster: Cluster, warden: Warden) -> None:
        replica = cluster.replicas(cluster.shards[1])[0]
        code, told = warden.ctl("give-back", replica.port, "--config", warden.config, "--yes")
        self.assertEqual((code, told[0]["rule"]), (4, "nobody-to-have-it"), told)
        pid = replica.pid()
        with Crowd(replica, 10) as crowd:
            code, told = warden.ctl("give-back", replica.port, "--config", warden.config, "--yes", "--unsupervised")
            self.assertEqual((code, told[0]["outcome"]), (0, "done"), told)
            self.assertTrue(crowd.unmoved())
        self.assertNotIn(replica.port, [it["port"] for it in warden.ask("STATUS")])
        self.assertFalse(self.configuration(warden, replica).exists())
        self.assertTrue(list(warden.directory.glob(f"conf.d/{replica.port}.toml.set-aside-*")))
        _, told = warden.ctl("adopt", replica.port, "--config", warden.config, "--plan")
        self.assertEqual([it["rule"] for it in told], ["kept-by-nobody"])
        processes.send(pid or 0, signal.SIGTERM)
        until(lambda: not processes.alive(pid or 0), 30, "it has ended")
        self.assertNotIn(replica.port, [it["port"] for it in warden.ask("STATUS")])
        self.assertNotIn(replica.port, [it["port"] for it in warden.events(name="started")])
        self.tell("given back: it ran on untouched, and slotwarden had no hand on it any more")


if __name__ == "__main__":
    main()
