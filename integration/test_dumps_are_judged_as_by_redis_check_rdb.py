#!/usr/bin/env python3
"""Every dump that a server writes is sound to slotwarden, with the keys that the server's own program counts in it; and
every damage that the program sees, slotwarden sees too. Where it sees more, the reason is here."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

from world import every_type
from world.checkers import Product, products, rdb_verdict
from world.scenario import Scenario, main
from world.world import REPOSITORY, build_directory

CORPUS = REPOSITORY / "tests" / "formats" / "corpus"

# Where slotwarden refuses what redis-check-rdb takes, by what it says.
STRICTER = {
    r"follows? its end": "redis-check-rdb stops reading at the checksum; no save writes on behind it",
    r"announces": "without a checksum the announced number of keys is what can still be compared",
    r"there is no record of type": "it takes what is newer than the version that the file says it has",
    r"a length in no known encoding": "it takes the mark of a number or a compressed string for a length",
    r"the length of a compressed one": "it takes the mark of a number for such a length, and the string for an empty one",
    r"the length behind an entry is not the entry's": "it takes one that is written with more bytes than it needs",
    r"its version is not a number": "it reads the digits up to the first letter",
    r"a score is not a number": "it reads what it can of a score, and none of a listpack's or ziplist's",
    r"the ids of a stream are not in ascending order": "the servers write them so; it sorts them",
    r"(not hold as many entries|length behind an entry|out of range|does not end with 0).*\(stream":
        "it follows the listpacks of streams less closely than the others",
    r"is not what its consumers have pending": "it takes one entry that is pending for two consumers",
    r"its module data is not in the known form": "it passes over kinds of module data that do not exist",
    r"does? not unpack|cannot be unpacked": "to it a compressed string that cannot be unpacked is an empty one",
    r"where the key of a time to live has to be": "it forgets a time to live that no key follows",
    r"before the first database": "it puts such a key into database 0",
}


def flipped(data: bytes, bit: int) -> bytes:
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def zeroed(data: bytes, page: int = 256) -> Iterator[bytes]:
    """A page that never reached the disk: in each place, alone and with all that follows it."""
    for at in range(0, len(data), page):
        yield data[:at] + bytes(len(data[at:at + page])) + data[at + page:]
        yield data[:at] + bytes(len(data) - at)


def boundaries(file: Path) -> list[int]:
    return list(rdb_verdict("--boundaries", files=[file])[0]["boundaries"])


class DumpsAreJudgedAsByRedisCheckRdb(Scenario):
    needs_slotwarden = False

    def setUp(self) -> None:
        super().setUp()
        if not (build_directory() / "rdb_verdict").exists():
            self.skipTest("no rdb_verdict: the tests were not built")
        self.random = random.Random(3)

    def test_of_every_type_and_encoding_whole_and_damaged(self) -> None:
        for product in products():
            with self.subTest(product.name):
                self.compare(product)

    def test_of_what_no_server_here_writes(self) -> None:
        redis = next(it for it in products() if it.name.startswith("redis"))
        for name in ("redis_2_4", "redis_6_2"):
            file = CORPUS / "crafted" / f"{name}.rdb"
            self.agree_that_sound(redis, file)
            data = file.read_bytes()
            off = data if name == "redis_2_4" else data[:-8] + bytes(8)
            self.judge(redis, f"{name}, one bit flipped", self.some([flipped(off, n) for n in range(8 * len(off))], 200))
            # redis-check-rdb never ends on a file that is cut within a module's data.
            module = data.find(b"\xf7"), data.find(b"\x07\x06module")
            cuts = [n for n in boundaries(file) if not any(0 <= at < n <= at + 60 for at in module)]
            self.judge(redis, f"{name}, cut", (data[:n] for n in cuts), len(cuts))

    def compare(self, product: Product) -> None:
        here = self.world.directory / product.name.replace(" ", "-")
        here.mkdir()
        for file in every_type.write(product.server, here):
            self.agree_that_sound(product, file)
        small, small_off = ((here / f"{name}.rdb").read_bytes() for name in ("small", "small-off"))
        every, off = ((here / f"{name}.rdb").read_bytes() for name in ("every", "off"))
        all_bits = [flipped(small_off, n) for n in range(8 * len(small_off))]
        thorough = product.name == "redis 7.0"
        self.judge(product, "no checksum, one bit flipped", all_bits if thorough else self.some(all_bits, 200))
        self.judge(product, "more of it", self.some([flipped(off, n) for n in range(8 * len(off))], 200))
        self.judge(product, "one bit flipped", self.some([flipped(small, n) for n in range(8 * len(small))], 50), 50)
        if thorough:
            self.judge(product, "cut after any byte", (small[:n] for n in range(len(small))), len(small))
        cuts = boundaries(here / "every.rdb")
        self.judge(product, "cut between two items", (every[:n] for n in cuts), len(cuts))
        self.judge(product, "zeroed pages", [*zeroed(every), *zeroed(off)])
        self.judge(product, "something behind its end", (every + it for it in (b"\0", b"\0" * 4096, b"x", every)), 4)

    def agree_that_sound(self, product: Product, file: Path) -> None:
        theirs, ours = product.opinion(file), product.ours([file])[0]
        self.assertTrue(theirs.sound, f"{product.name}, {file.name}: {theirs.because}")
        self.assertTrue(ours.sound, f"{file.name} of {product.name}: {ours.because}")
        self.assertEqual((ours.keys, ours.expiring), (theirs.keys, theirs.expiring), file.name)

    def judge(self, product: Product, what: str, damaged: object, refused: int | None = None) -> None:
        """`refused`: so many of them are to be refused by slotwarden."""
        files = []
        for n, data in enumerate(damaged):  # type: ignore[call-overload]
            files.append(self.world.directory / f"damaged-{n}.rdb")
            files[-1].write_bytes(data)
        stricter = 0
        ours = product.ours(files)
        for file, we, they in zip(files, ours, product.opinions(files), strict=True):
            if we.sound and they.sound is False:
                self.fail(f"{product.name}, {what}, {file.name}: slotwarden takes it, and not {they.because}")
            if they.sound and not we.sound:
                stricter += 1
                self.assertTrue(any(re.search(it, we.because) for it in STRICTER),
                                f"{product.name}, {what}, {file.name}: refused without a known reason: {we.because}")
        if refused is not None:
            self.assertEqual(sum(not it.sound for it in ours), refused)
        self.tell(f"{product.name}, {what}: {len(files)} files, {sum(not it.sound for it in ours)} refused, {stricter} "
                  f"of them by slotwarden alone")

    def some(self, all_of_them: list[bytes], count: int) -> list[bytes]:
        return self.random.sample(all_of_them, min(count, len(all_of_them)))


if __name__ == "__main__":
    main()
