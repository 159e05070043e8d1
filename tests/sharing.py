"""What the applications of one process share in tests: each test has one of its own, and all are made alike. Half the
time of a test was spent on compiling the same templates, routes and statements again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """Compiled once a process."""

    def __init__(self) -> None:
        self.code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key, bucket.checksum] = bucket.code


TEMPLATES = Templates()
_first: dict[str, Engine] = {}  # by dialect
_rules: dict[Any, Rule] = {}
_compile: Callable[[Rule], None] = Rule.compile


def share_statements(engine: Engine) -> None:
    """An engine that was not yet used says compiled statements of the first of its dialect."""
    first = _first.get(engine.dialect.name)
    if first is None or not getattr(first.dialect, "server_version_info", None):  # it never met a database
        engine._compiled_cache.capacity = 5_000  # type: ignore[union-attr]
        _first[engine.dialect.name] = engine
        return
    engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache


def compile_once(rule: Rule) -> None:
    """In place of `Rule.compile`: what was made of the same words before is taken over."""
    assert rule.map is not None
    key = (rule.rule, rule.endpoint, repr(rule.defaults), rule.subdomain, rule.host, rule.merge_slashes,
           rule.strict_slashes, tuple(rule.map.converters.items()))
    known = _rules.setdefault(key, rule)
    if known is rule:
        _compile(rule)
        return
    rule._parts, rule._trace, rule._converters = known._parts, known._trace, known._converters
    rule.arguments = set(known.arguments)
    rule._build = known._build.__func__.__get__(rule, None)
    rule._build_unknown = known._build_unknown.__func__.__get__(rule, None)


Rule.compile = compile_once  # type: ignore[method-assign]
