#!/usr/bin/env python3
"""The ACL user of docs/operations.md is all that slotwarden needs: succession, quarantine, hand-over, stop."""

import re
from pathlib import Path

from world.accident import survive, wait_recorded
from world.resp import Access
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer

MANUAL = Path(__file__).resolve().parent.parent / "docs" / "operations.md"
SECRET, OWN_SECRET = "everybody-s-password", "slotwarden-s-password"


def documented_user() -> str:
    found = re.search(r"^user (slotwarden on [^`]*)^```", MANUAL.read_text(), re.MULTILINE)
    assert found, f"{MANUAL} no longer shows the ACL user"
    return " ".join(found[1].split()).replace(">SECRET", ">" + OWN_SECRET)


class LeastPrivilegedUser(Scenario):
    def test_it_is_enough_for_everything_that_slotwarden_does(self) -> None:
        cluster = self.world.cluster(persistence="none", access=Access(SECRET), user=documented_user())
        credentials = self.world.directory / "credentials"
        credentials.write_text(f"user slotwarden\npassword {OWN_SECRET}\n")
        credentials.chmod(0o600)
        warden = self.kept(cluster, instance=f'credentials = "{credentials}"')
        with Writer(cluster, patience=5) as writer:
            wait_recorded(warden, cluster)
            survive(self, cluster, writer, cluster.shards[0])
            code, answer = warden.ctl("restart", cluster.master(cluster.shards[1]).port, "--take-back")
            self.assertEqual(code, 0, answer)
            cluster.wait_whole()
        code, answer = warden.ctl("stop", "all")
        self.assertEqual(code, 0, answer)
        denied = [it for it in warden.events() if "NOPERM" in it["detail"]]
        self.assertEqual(denied, [])
        refused = [line for it in cluster.servers for line in it.log.read_text().splitlines() if "NOPERM" in line]
        self.assertEqual(refused, [])
        self.assertNotIn("NOPERM", warden.log.read_text())

    def test_what_it_may_not_ask_is_told(self) -> None:
        access = Access(SECRET)
        user = documented_user().replace(" +cluster|nodes", "")
        server = self.world.cluster(masters=1, replicas=0, access=access, user=user).servers[0]
        credentials = self.world.directory / "credentials"
        credentials.write_text(f"user slotwarden\npassword {OWN_SECRET}\n")
        credentials.chmod(0o600)
        warden = self.warden([server], instance=f'credentials = "{credentials}"').start()
        warden.wait_event("trouble", server)
        status = warden.wait_state(server, "RUNNING")
        self.assertIn("CLUSTER NODES was answered: NOPERM", status["note"])
        with server.client() as client:
            client.call("ACL", "SETUSER", "slotwarden", "+cluster|nodes")
        until(lambda: not warden.status(server).get("note"), 60, "its view of the cluster is read")
        self.assertEqual(len(warden.events(server, "trouble")), 1)


if __name__ == "__main__":
    main()
