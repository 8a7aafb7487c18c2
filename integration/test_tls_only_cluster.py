#!/usr/bin/env python3
"""No plain port anywhere, client certificates required: the accident is survived all the same."""

from world.accident import survive, wait_recorded
from world.resp import Access
from world.scenario import Scenario, main
from world.world import certificates
from world.writer import Writer


class TlsOnly(Scenario):
    def test_a_killed_master_is_succeeded(self) -> None:
        access = Access(password="open-sesame", tls=certificates(self.world.directory / "certificates"))
        cluster = self.world.cluster(persistence="none", access=access)
        warden = self.kept(cluster)
        with Writer(cluster) as writer:
            wait_recorded(warden, cluster)
            survive(self, cluster, writer, cluster.shards[0])
        self.assertEqual(writer.lost(), len(writer.lanes[0].known_lost))


if __name__ == "__main__":
    main()
