"""Bodies packed in pieces: a feed that changed in one month packs that month again, and no other.

A gzip file (RFC 1952) holds one deflate stream (RFC 1951), and a stream may be cut where it was flushed in full:
what comes after refers to nothing before. So pieces packed apart are joined to one ordinary file, which every reader
unpacks, unlike several files in a row.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

LEVEL = 6
HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # deflate, no name, no time, unknown system
TAIL = b"\x03\x00"  # an empty last block
_POLYNOMIAL = 0xEDB88320  # CRC-32 of RFC 1952, reflected
_ONE = 1 << 31


@dataclass(frozen=True, slots=True)
class Piece:
    """Some octets, packed. `shift` carries a checksum over them: x to the power of eight times `length`."""

    packed: bytes
    checksum: int
    length: int
    shift: int


def pack(octets: Iterable[bytes]) -> Piece:
    """One piece of what comes, in one pass."""
    squeeze, packed, checksum, length = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS), [], 0, 0
    for some in octets:
        packed.append(squeeze.compress(some))
        checksum, length = zlib.crc32(some, checksum), length + len(some)
    packed.append(squeeze.flush(zlib.Z_FULL_FLUSH))
    return Piece(b"".join(packed), checksum, length, _power(length))


def merged(pieces: Iterable[Piece]) -> Piece:
    """The pieces, one after another, as one."""
    packed, checksum, length, shift = [], 0, 0, _ONE
    for piece in pieces:
        packed.append(piece.packed)
        checksum = _times(piece.shift, checksum) ^ piece.checksum
        length, shift = length + piece.length, _times(piece.shift, shift)
    return Piece(b"".join(packed), checksum, length, shift)


def joined(pieces: Iterable[Piece]) -> bytes:
    """The pieces as one gzip file."""
    whole = merged(pieces)
    return b"".join((HEAD, whole.packed, TAIL, struct.pack("<II", whole.checksum, whole.length & 0xFFFFFFFF)))


def _times(one: int, other: int) -> int:
    """Their product modulo the polynomial; bit 31 is the power 0."""
    product = 0
    while one:
        if one & _ONE:
            product ^= other
        one = one << 1 & 0xFFFFFFFF
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)
    return product


def _power(length: int) -> int:
    """x to the power of eight times `length`, modulo the polynomial."""
    found, square = _ONE, _ONE >> 8
    while length:
        if length & 1:
            found = _times(square, found)
        square, length = _times(square, square), length >> 1
    return found
