"""Pieces packed apart are one ordinary gzip file."""

from __future__ import annotations

import gzip
import subprocess

from hypothesis import given
from hypothesis import strategies as st

from app.feeds.packing import joined, merged, pack


@given(st.lists(st.lists(st.binary(max_size=400), max_size=4), max_size=12))
def test_pieces_packed_apart_unpack_as_one(pieces):
    packed = joined(pack(piece) for piece in pieces)

    assert gzip.decompress(packed) == b"".join(b"".join(piece) for piece in pieces)


def test_another_program_unpacks_them_without_a_word():
    octets = [f"SUMMARY:讲座第{number}期\r\n".encode() * 500 for number in range(40)]

    found = subprocess.run(["gzip", "-dc"], input=joined(pack([one]) for one in octets),
                           capture_output=True, check=True)

    assert (found.stdout, found.stderr) == (b"".join(octets), b"")


def test_a_piece_is_the_same_bytes_whenever_it_is_packed():
    assert pack([b"a" * 1000, b"b"]) == pack([b"a" * 999, b"ab"])


@given(st.lists(st.binary(max_size=400), max_size=6), st.lists(st.binary(max_size=400), max_size=6))
def test_merged_pieces_are_a_piece_like_others(some, more):
    whole = merged([merged(pack([one]) for one in some), merged(pack([one]) for one in more)])

    assert gzip.decompress(joined([whole])) == b"".join(some + more)
