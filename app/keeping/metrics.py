"""What `/metrics` says, in Prometheus' text format (version 0.0.4)."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any

TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

Labels = tuple[tuple[str, str], ...]


class Requests:
    """What one worker process has answered since it began; with several, each tells its own share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, str, int], int] = defaultdict(int)
        self._slots: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self._seconds: dict[str, float] = defaultdict(float)

    def count(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        method = method if method in METHODS else "other"
        with self._lock:
            self._answers[endpoint, method, status] += 1
            self._slots[endpoint][bisect_left(BUCKETS, seconds)] += 1
            self._seconds[endpoint] += seconds

    def lines(self, worker: str) -> Iterator[str]:
        with self._lock:
            answers, seconds = dict(self._answers), dict(self._seconds)
            slots = {endpoint: list(found) for endpoint, found in self._slots.items()}
        yield from family("wujin_requests_total", "counter", "Answers by endpoint, method and status.", (
            ((("worker", worker), ("endpoint", endpoint), ("method", method), ("status", str(status))), number)
            for (endpoint, method, status), number in sorted(answers.items())))
        yield from _head("wujin_request_seconds", "histogram", "Seconds until an answer began.")
        for endpoint, found in sorted(slots.items()):
            labels: Labels = (("worker", worker), ("endpoint", endpoint))
            for edge, number in zip([*map(str, BUCKETS), "+Inf"], accumulate(found), strict=True):
                yield sample("wujin_request_seconds_bucket", (*labels, ("le", edge)), number)
            yield sample("wujin_request_seconds_sum", labels, round(seconds[endpoint], 6))
            yield sample("wujin_request_seconds_count", labels, sum(found))


def gauges(values: Mapping[str, tuple[str, float | None]]) -> Iterator[str]:
    """Numbers without labels; those nobody knows are left out."""
    for name, (meaning, value) in values.items():
        if value is not None:
            yield from family(name, "gauge", meaning, [((), value)])


def family(name: str, kind: str, meaning: str, samples: Iterable[tuple[Labels, Any]]) -> Iterator[str]:
    yield from _head(name, kind, meaning)
    for labels, value in samples:
        yield sample(name, labels, value)


def sample(name: str, labels: Labels, value: float) -> str:
    told = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"{name}{{{told}}} {value}" if told else f"{name} {value}"


def _head(name: str, kind: str, meaning: str) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
