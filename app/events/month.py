"""The month as a table: which day shows what, and which row each longer bar lies in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedEntry:
    """One line of a calendar, whatever it stands for; `ends_on` is the last day."""

    starts_on: date
    ends_on: date
    title: str
    kind: str
    url: str
    state: str = "published"
    time_label: str = ""
    place: str = ""
    note: str = ""
    note_tone: str = "quiet"

    @property
    def is_long(self) -> bool:
        return self.ends_on > self.starts_on


@dataclass(frozen=True, slots=True)
class Bar:
    """The part of a longer entry that lies within one week; an empty one fills a gap."""

    days: int
    entry: DatedEntry | None = None
    from_before: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    in_month: bool
    entries: tuple[DatedEntry, ...]
    more: int
    kinds: tuple[str, ...]
    count: int
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    days: tuple[Day, ...]
    lanes: tuple[tuple[Bar, ...], ...] = field(default=())


def month_grid(
    first_day: date, entries: Iterable[DatedEntry], *, marks: Mapping[date, str] | None = None, most: int = 4
) -> list[Week]:
    """Whole weeks from Monday around the month of `first_day`; a day shows at most `most` short entries."""
    ordered = sorted(entries, key=lambda entry: (entry.starts_on, -entry.ends_on.toordinal(), entry.time_label))
    first_day = first_day.replace(day=1)
    last_day = (first_day + timedelta(days=31)).replace(day=1) - ONE_DAY
    monday = first_day - timedelta(days=first_day.weekday())
    weeks = []
    while monday <= last_day:
        here = [e for e in ordered if e.starts_on < monday + timedelta(days=7) and e.ends_on >= monday]
        days = tuple(
            _day(monday + timedelta(days=n), first_day, here, marks or {}, most) for n in range(7)
        )
        weeks.append(Week(days, _lanes(monday, [e for e in here if e.is_long])))
        monday += timedelta(days=7)
    return weeks


def by_day(entries: Iterable[DatedEntry], *, since: date | None = None) -> list[tuple[date, list[DatedEntry]]]:
    """Entries under the day they begin; one already running stands under `since`."""
    days: dict[date, list[DatedEntry]] = {}
    for entry in entries:
        on = entry.starts_on if since is None else max(entry.starts_on, since)
        days.setdefault(on, []).append(entry)
    return [(on, sorted(days[on], key=lambda entry: (entry.time_label, entry.title))) for on in sorted(days)]


def _day(on: date, first_day: date, week: list[DatedEntry], marks: Mapping[date, str], most: int) -> Day:
    touching = [entry for entry in week if entry.starts_on <= on <= entry.ends_on]
    short = [entry for entry in touching if not entry.is_long]
    # One more line costs no more room than the line that says so.
    shown = short if len(short) <= most else short[: most - 1]
    return Day(
        on=on, in_month=(on.year, on.month) == (first_day.year, first_day.month), entries=tuple(shown),
        more=len(short) - len(shown), kinds=tuple(dict.fromkeys(entry.kind for entry in touching)),
        count=len(touching), mark=marks.get(on, ""),
    )


def _lanes(monday: date, long: list[DatedEntry]) -> tuple[tuple[Bar, ...], ...]:
    """First fit: each bar into the first row where its days are free."""
    rows: list[list[tuple[int, Bar]]] = []
    for entry in long:
        start = max((entry.starts_on - monday).days, 0)
        end = min((entry.ends_on - monday).days, 6)
        bar = Bar(end - start + 1, entry, entry.starts_on < monday, (entry.ends_on - monday).days > 6)
        row = next((row for row in rows if row[-1][0] + row[-1][1].days <= start), None)
        if row is None:
            rows.append(row := [])
        row.append((start, bar))
    return tuple(_filled(row) for row in rows)


def _filled(row: list[tuple[int, Bar]]) -> tuple[Bar, ...]:
    """The same row with a one-day gap for every free day, so that the table keeps its lines."""
    cells: list[Bar] = []
    at = 0
    for start, bar in row:
        cells += [Bar(1)] * (start - at) + [bar]
        at = start + bar.days
    return (*cells, *[Bar(1)] * (7 - at))
