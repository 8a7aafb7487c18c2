#!/usr/bin/env python3
"""Writes the dumps of crafted/: what servers write that cannot be had any more, or yet, put together from the format.

craft.py DIRECTORY
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

LATER = 4102444800000  # in 2100


def crc64(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x95AC9329AC4BC9B5 if crc & 1 else 0)
    return crc


def length(n: int) -> bytes:
    if n < 64:
        return bytes([n])
    if n < 1 << 14:
        return struct.pack(">H", 0x4000 | n)
    return b"\x80" + struct.pack(">I", n) if n < 1 << 32 else b"\x81" + struct.pack(">Q", n)


def string(text: bytes | str) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return length(len(data)) + data


def lzf(plain: int, packed: bytes) -> bytes:
    return b"\xc3" + length(len(packed)) + length(plain) + packed


def key(code: int, name: str, value: bytes) -> bytes:
    return bytes([code]) + string(name) + value


def counted(*items: bytes) -> bytes:
    return length(len(items)) + b"".join(items)


Element = int | str


def ziplist(*elements: Element) -> bytes:
    """ziplist.c: its size, where the last entry begins, how many; length of the one before, encoding, content; 0xff."""
    entries = b""
    before = last = 0
    for element in elements:
        head = bytes([before]) if before < 254 else b"\xfe" + struct.pack("<I", before)
        last = len(entries)
        entry = head + ziplist_content(element)
        entries += entry
        before = len(entry)
    return struct.pack("<IIH", 11 + len(entries), 10 + last, len(elements)) + entries + b"\xff"


def ziplist_content(element: Element) -> bytes:
    if isinstance(element, str):
        data = element.encode()
        if len(data) < 64:
            return bytes([len(data)]) + data
        return struct.pack(">H", 0x4000 | len(data)) + data if len(data) < 1 << 14 else \
            b"\x80" + struct.pack(">I", len(data)) + data
    if 0 <= element <= 12:
        return bytes([0xF1 + element])
    for code, size in ((0xFE, 1), (0xC0, 2), (0xF0, 3), (0xD0, 4), (0xE0, 8)):
        if -(1 << 8 * size - 1) <= element < 1 << 8 * size - 1:
            return bytes([code]) + element.to_bytes(size, "little", signed=True)
    raise ValueError(element)


def zipmap(**fields: str) -> bytes:
    """zipmap.c: how many; for each the lengths and texts, with unused bytes behind the value; 0xff."""
    out = bytes([len(fields)])
    for spare, (name, value) in enumerate(fields.items()):
        size = bytes([len(value)]) if len(value) < 254 else b"\xfe" + struct.pack("<I", len(value))
        out += bytes([len(name)]) + name.encode() + size + bytes([spare]) + value.encode() + b"?" * spare
    return out + b"\xff"


def intset(width: int, *numbers: int) -> bytes:
    return struct.pack("<II", width, len(numbers)) + b"".join(n.to_bytes(width, "little", signed=True) for n in numbers)


def listpack(*elements: Element) -> bytes:
    """listpack.c: its size, how many; each entry with its own length behind; 0xff. Small numbers and texts only."""
    entries = b""
    for element in elements:
        if isinstance(element, str):
            entry = bytes([0x80 | len(element)]) + element.encode()
        else:
            entry = bytes([element]) if 0 <= element < 128 else b"\xf4" + struct.pack("<q", element)
        entries += entry + bytes([len(entry)])
    return struct.pack("<IH", 7 + len(entries), len(elements)) + entries + b"\xff"


def stream_id(ms: int, seq: int) -> bytes:
    return struct.pack(">QQ", ms, seq)


def stream(generation: int) -> bytes:
    """Two entries, one deleted; a group in which alice has one of them pending. Of Redis 5, 7.0, 7.2 and 8.6."""
    same_fields, deleted = 2, 1
    node = listpack(1, 1, 1, "field", 0, same_fields, 0, 0, "value", 4, deleted, 1, 0, 1, "other", 7, 6)
    out = counted(string(stream_id(5, 1)) + string(node)) + length(1) + length(6) + length(1)
    if generation > 1:
        out += length(5) + length(1) + length(6) + length(1) + length(2)
    read = length(2) if generation > 1 else b""
    active = struct.pack("<q", 1000) if generation > 2 else b""
    pending = stream_id(5, 1)
    consumers = string("alice") + struct.pack("<q", 2000) + active + counted(pending), \
        string("bob") + struct.pack("<q", 2000) + active + counted()
    out += counted(string("group") + length(6) + length(1) + read + counted(pending + struct.pack("<q", 3000) + length(2))
                   + counted(*consumers))
    if generation > 3:
        producer = string("producer") + counted(string("id 1") + length(5) + length(1))
        out += length(60) + length(100) + counted(producer) + length(1) + length(0)
    return out


def double(n: float) -> bytes:
    return struct.pack("<d", n)


def module_value() -> bytes:
    module = 0x812345678ABCDE01
    return length(module) + b"\x01\x05" + b"\x02\x81" + struct.pack(">Q", 1 << 40) + b"\x03" + struct.pack("<f", 1.5) + \
        b"\x04" + double(2.5) + b"\x05" + string("a text") + b"\x00"


def aux(name: str, value: str) -> bytes:
    return b"\xfa" + string(name) + string(value)


def database(number: int, keys: int, expiring: int) -> bytes:
    return b"\xfe" + length(number) + b"\xfb" + length(keys) + length(expiring)


def expiring(at_ms: int) -> bytes:
    return b"\xfc" + struct.pack("<q", at_ms)


def ended(body: bytes) -> bytes:
    body += b"\xff"
    return body + struct.pack("<Q", crc64(body))


def redis_2_4() -> bytes:
    """No checksum, no auxiliary fields; times to live in seconds."""
    return b"REDIS0002" + b"\xfe\x00" + b"\xfd" + struct.pack("<i", 2000000000) + key(0, "expires", string("x")) + \
        key(9, "zipmap", string(zipmap(name="value", longer="v" * 300, empty=""))) + \
        key(3, "zset", counted(string("a") + b"\x031.5", string("b") + b"\xfe", string("c") + b"\xff")) + b"\xff"


def redis_6_2() -> bytes:
    keys = [
        b"\xf8\x05" + key(0, "idle", string("x")),
        b"\xf9\x07" + key(0, "frequent", b"\xc1\x2c\x01"),
        expiring(LATER) + key(0, "compressed", lzf(60, b"\x01ab\xe0\x31\x01")),
        key(1, "list", counted(string("a"), b"\xc0\x05", string(""))),
        key(2, "set", counted(string("a"), string("b"), b"\xc0\x05")),
        key(3, "zset as text", counted(string("a") + b"\x042e10", string("b") + b"\xff")),
        key(4, "hash", counted(string("f") + string("v"), string("g") + b"\xc0\x01")),
        key(5, "zset", counted(string("a") + double(1.5), string("b") + double(float("inf")))),
        key(9, "zipmap", string(zipmap(name="value", other="w" * 260))),
        key(10, "ziplist list", string(ziplist("a", 5, -7, 300, -70000, 1 << 20, 1 << 40, "x" * 70, "y" * 300, "end"))),
        key(11, "intset", string(intset(2, -5, 1, 300))),
        key(11, "intset 32", string(intset(4, -70000, 1))),
        key(11, "intset 64", string(intset(8, -(1 << 50), 0, 1 << 60))),
        key(12, "ziplist zset", string(ziplist("a", 1, "b", "2.5", "c", "-inf"))),
        key(13, "ziplist hash", string(ziplist("f", "v", "g", 7, 12, 13))),
        key(14, "quicklist", counted(string(ziplist("a", 1)), lzf(11, b"\x0a" + ziplist()), string(ziplist("b")))),
        key(15, "stream", stream(1)),
        key(7, "module", module_value()),
    ]
    module_aux = b"\xf7" + length(0x812345678ABCDE01) + b"\x02\x01" + b"\x05" + string("before") + b"\x00"
    body = b"REDIS0009" + aux("redis-ver", "6.2.16") + aux("redis-bits", "64") + module_aux
    body += database(0, len(keys), 1) + b"".join(keys) + database(3, 1, 0) + key(0, "a", string("1"))
    return ended(body)


def redis_8_6() -> bytes:
    metadata = b"\xf3" + counted(b"META" + b"\x02\x07\x00", b"more" + b"\x05" + string("x") + b"\x00")
    ttl = struct.pack("<Q", LATER)
    keys = [
        expiring(LATER) + metadata + key(0, "with metadata", string("x")),
        key(19, "stream of 7.0", stream(2)),
        key(21, "stream of 7.2", stream(3)),
        key(26, "stream of 8.6", stream(4)),
        key(24, "hash", ttl + counted(length(0) + string("f") + string("v"), length(1) + string("g") + string("w"))),
        key(25, "listpack hash", ttl + string(listpack("g", "w", LATER, "h", "x", LATER + 5, "f", "v", 0))),
    ]
    slots = b"\xf4" + length(100) + length(1) + length(0)
    return ended(b"REDIS0013" + aux("redis-ver", "8.6.0") + database(0, len(keys), 1) + slots + b"".join(keys))


def valkey_9_1() -> bytes:
    imports = b"\xf3" + string("0123456789012345678901234567890123456789") + counted(length(5) + length(9),
                                                                                     length(16000) + length(16383))
    never = struct.pack("<q", -1)
    keys = [
        key(22, "hash", counted(string("f") + string("v") + never, string("g") + string("w") + struct.pack("<q", LATER))),
        key(20, "set", string(listpack("a", 1, "b"))),
        key(21, "stream", stream(3)),
    ]
    body = b"VALKEY080" + aux("valkey-ver", "9.1.2") + imports + database(0, len(keys), 0)
    return ended(body + aux("slot-info", "100,1,0,1") + b"".join(keys))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for make in (redis_2_4, redis_6_2, redis_8_6, valkey_9_1):
        (target / f"{make.__name__}.rdb").write_bytes(make())
