#!/usr/bin/env python3
"""Every server wants a password: the accident is survived all the same, and the password appears nowhere."""

from pathlib import Path

from world import processes
from world.accident import survive, wait_recorded
from world.resp import Access
from world.scenario import Scenario, main
from world.waiting import until
from world.writer import Writer

SECRET = "correct-horse-battery-staple"


class PasswordProtected(Scenario):
    def test_a_killed_master_is_succeeded_and_the_secret_stays_one(self) -> None:
        cluster = self.world.cluster(persistence="none", access=Access(SECRET))
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            survive(self, cluster, writer, cluster.shards[0])
        told = [str(warden.ask("STATUS")), str(warden.ask("EXPLAIN", "all")), str(warden.events()),
                warden.human("explain", "all"), warden.human("events")]
        told += [it.command for it in processes.inside(self.world.directory)]
        for text in told:
            self.assertNotIn(SECRET, text)
        for file in (it for it in warden.directory.rglob("*") if it.is_file()):
            self.assertNotIn(SECRET.encode(), file.read_bytes(), file)

    def test_a_wrong_password_is_told_and_leaves_the_others_alone(self) -> None:
        locked, sound = self.world.server(access=Access(SECRET)), self.world.server()
        credentials = self.credentials(self.world.directory / "credentials", "not-it")
        warden = self.warden([locked, sound]).start()
        warden.wait_running()
        warden.stop()
        warden.config.write_text(warden.config.read_text().replace(
            f'port = {locked.port}\n', f'port = {locked.port}\ncredentials = "{credentials}"\n'))
        pids = locked.pid(), sound.pid()
        warden.start()
        until(lambda: "WRONGPASS" in str(warden.explain(locked)) + str(warden.events(locked)) + warden.log.read_text(),
              30, "the refused password is told")
        warden.wait_state(sound, "RUNNING")
        self.assertEqual((locked.pid(), sound.pid()), pids, "a server was restarted for a wrong password")
        self.assertNotIn("not-it", str(warden.explain(locked)) + str(warden.events(locked)) + warden.log.read_text())

    def credentials(self, file: Path, password: str) -> Path:
        file.write_text(f"password {password}\n")
        file.chmod(0o600)
        return file


if __name__ == "__main__":
    main()
