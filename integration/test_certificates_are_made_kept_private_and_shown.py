#!/usr/bin/env python3
"""`slotwardenctl cert` makes an authority and certificates whose keys nobody else can read, never overwrites an
authority, and says until when each is valid."""

import json
import stat
import subprocess
from pathlib import Path

from world.scenario import Scenario, main
from world.world import build_directory


class Certificates(Scenario):
    def cert(self, *words: object) -> tuple[int, str]:
        done = subprocess.run([build_directory() / "slotwardenctl", "--json", "cert", *map(str, words), "--directory",
                               self.directory], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def test_they_are(self) -> None:
        self.directory = self.world.directory / "tls"
        code, said = self.cert("issue", "db1")
        self.assertEqual(code, 1)
        self.assertIn("slotwardenctl cert init", said)
        self.assertEqual(self.cert("init", "shop")[0], 0)
        code, said = self.cert("init", "other")
        self.assertEqual(code, 1)
        self.assertIn("is there already", said)
        nothing = self.world.directory / "nothing"
        nothing.mkdir()
        code, said = self.cert("show", nothing)
        self.assertEqual(code, 1, "where there is none, all is not well")
        self.assertIn("no certificate in", said)
        for bad in ("../db1", "authority", "a b", ""):
            self.assertNotEqual(self.cert("issue", bad)[0], 0, bad)
        self.assertEqual(self.cert("issue", "db1")[0], 0)
        self.private()
        self.assertTrue(self.verified("db1.pem"))
        before = (self.directory / "db1.pem").read_text()
        self.assertEqual(self.cert("issue", "db1", "--days", 5)[0], 0)
        self.assertNotEqual((self.directory / "db1.pem").read_text(), before)
        self.assertTrue(self.verified("db1.pem"))
        code, said = self.cert("show")
        self.assertEqual(code, 0)
        shown = {Path(it["file"]).name: it for it in json.loads(said)}
        self.assertEqual(sorted(shown), ["authority.crt", "authority.pem", "db1.pem"])
        self.assertEqual((shown["db1.pem"]["cluster"], shown["db1.pem"]["host"]), ("shop", "db1"))
        self.assertLess(shown["db1.pem"]["seconds_left"], 5 * 86400 + 1)
        self.expired_is_told()

    def private(self) -> None:
        modes = {it.name: stat.S_IMODE(it.stat().st_mode) for it in self.directory.iterdir()}
        self.assertEqual(modes, {"authority.pem": 0o600, "authority.crt": 0o644, "db1.pem": 0o600})
        self.assertNotIn("PRIVATE", (self.directory / "authority.crt").read_text())

    def verified(self, name: str) -> bool:
        done = subprocess.run(["openssl", "verify", "-x509_strict", "-CAfile", self.directory / "authority.crt",
                               self.directory / name], capture_output=True)
        return done.returncode == 0

    def expired_is_told(self) -> None:
        old, key = self.directory / "old.crt", self.directory / "old.key"
        for words in (["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                       "-out", self.directory / "old.csr", "-subj", "/CN=old"],
                      ["x509", "-req", "-in", self.directory / "old.csr", "-signkey", key, "-days", "-1", "-out", old]):
            subprocess.run(["openssl", *words], check=True, capture_output=True)
        code, said = self.cert("show", old)
        self.assertEqual(code, 1)
        self.assertLess(json.loads(said)[0]["seconds_left"], 0)


if __name__ == "__main__":
    main()
