"""Addresses are written as Werkzeug writes them, though each route learns it late."""

from __future__ import annotations

from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Map
from werkzeug.routing import Rule as Eager


def test_every_route_writes_the_address_that_werkzeug_writes(app):
    routes = list(app.url_map.iter_rules())
    eager = Map([Eager(one.rule, endpoint=str(number), defaults=one.defaults) for number, one in enumerate(routes)],
                converters=app.url_map.converters).bind("wujin.test")
    values = [{name: fit(kind) for name, kind in one._converters.items()} | {"q": "星空 讲坛"} for one in routes]

    written = [one.build(of)[1] for one, of in zip(routes, values, strict=True)]

    assert written == [eager.build(str(number), of) for number, of in enumerate(values)]


def fit(kind: BaseConverter) -> object:
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    return 7 if isinstance(kind, IntegerConverter) else "甲 b"
