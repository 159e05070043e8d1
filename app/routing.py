"""Routes that learn to write their address when it is first asked for.

Werkzeug compiles two builders of addresses a route when the route is added: most of the time that it takes to open
the house, and most of them are never used by one process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule as Eager


class Rule(Eager):
    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(Eager._compile_builder(self, append_unknown).__get__(rule, None))
            return compiled[0](**values)

        return build
