"""What this process has packed, by what it is made of; the least used goes first."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock

from cachetools import LRUCache
from flask import Flask

from app.feeds.packing import Piece

ROOM = 16 * 1024 * 1024  # octets: fifteen feeds of ten thousand events
OVERHEAD = 300


class Shelf:
    """Threads share it. What lies here never grows old: a name says all that the bytes depend on."""

    def __init__(self, room: int = ROOM) -> None:
        self._pieces: LRUCache[Hashable, Piece] = LRUCache(room, lambda piece: len(piece.packed) + OVERHEAD)
        self._lock = Lock()

    def piece(self, name: Hashable) -> Piece | None:
        with self._lock:
            return self._pieces.get(name)

    def put(self, name: Hashable, piece: Piece) -> Piece:
        with self._lock:
            if len(piece.packed) < self._pieces.maxsize // 4:
                self._pieces[name] = piece
        return piece

    def clear(self) -> None:
        with self._lock:
            self._pieces.clear()

    def names(self) -> list[Hashable]:
        with self._lock:
            return list(self._pieces)


def init_app(app: Flask) -> None:
    app.extensions["wujin.shelf"] = Shelf()
