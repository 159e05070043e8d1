from datetime import date

from app.events.month import DatedEntry, by_day, month_grid

APRIL = date(2026, 4, 1)


def an_entry(title="讲座", starts_on=date(2026, 4, 16), ends_on=None, **changes):
    return DatedEntry(
        title=title, starts_on=starts_on, ends_on=ends_on or starts_on, kind=changes.pop("kind", "lecture"),
        url="/events/1", **changes,
    )


def drawn(week):
    return [[(bar.entry.title if bar.entry else "", bar.days) for bar in lane] for lane in week.lanes]


def test_the_month_is_whole_weeks_from_monday():
    weeks = month_grid(APRIL, [])

    assert [week.days[0].on for week in weeks] == [
        date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 13), date(2026, 4, 20), date(2026, 4, 27),
    ]
    assert [day.in_month for day in weeks[0].days] == [False, False, True, True, True, True, True]


def test_a_short_entry_stands_in_its_day_and_in_no_lane():
    week = month_grid(APRIL, [an_entry("蜀光讲坛")])[2]

    assert [[entry.title for entry in day.entries] for day in week.days] == [[], [], [], ["蜀光讲坛"], [], [], []]
    assert week.lanes == ()


def test_a_long_entry_is_cut_at_the_end_of_the_week_and_says_that_it_goes_on():
    weeks = month_grid(APRIL, [an_entry("宣传周", date(2026, 4, 24), date(2026, 4, 28))])

    assert drawn(weeks[3]) == [[("", 1)] * 4 + [("宣传周", 3)]]
    assert drawn(weeks[4]) == [[("宣传周", 2)] + [("", 1)] * 5]
    assert (weeks[3].lanes[0][-1].goes_on, weeks[4].lanes[0][0].from_before) == (True, True)


def test_bars_that_share_a_day_lie_in_different_lanes_and_others_share_one():
    week = month_grid(APRIL, [
        an_entry("甲", date(2026, 4, 6), date(2026, 4, 8)),
        an_entry("乙", date(2026, 4, 8), date(2026, 4, 9)),
        an_entry("丙", date(2026, 4, 10), date(2026, 4, 12)),
    ])[1]

    assert drawn(week) == [
        [("甲", 3), ("", 1), ("丙", 3)],
        [("", 1), ("", 1), ("乙", 2), ("", 1), ("", 1), ("", 1)],
    ]


def test_every_lane_fills_the_seven_days():
    entries = [an_entry(str(n), date(2026, 4, 1 + n), date(2026, 4, 3 + 2 * n)) for n in range(10)]

    assert {sum(bar.days for bar in lane) for week in month_grid(APRIL, entries) for lane in week.lanes} == {7}


def test_a_crowded_day_shows_a_few_and_counts_the_rest():
    crowded = month_grid(APRIL, [an_entry(str(n), time_label=f"{9 + n:02}:00") for n in range(6)])[2].days[3]

    assert ([entry.title for entry in crowded.entries], crowded.more, crowded.count) == (["0", "1", "2"], 3, 6)


def test_a_day_with_exactly_as_many_as_fit_shows_them_all():
    full = month_grid(APRIL, [an_entry(str(n)) for n in range(4)])[2].days[3]

    assert (len(full.entries), full.more) == (4, 0)


def test_an_entry_from_before_the_month_to_after_it_covers_every_week():
    weeks = month_grid(APRIL, [an_entry("全年征集", date(2026, 1, 1), date(2026, 12, 31))])

    assert [drawn(week) for week in weeks] == [[[("全年征集", 7)]]] * 5


def test_the_list_puts_what_is_already_running_under_the_first_day_shown():
    running = an_entry("宣传周", date(2026, 3, 20), date(2026, 5, 20))
    later = an_entry("讲座", date(2026, 4, 2))

    assert by_day([later, running], since=APRIL) == [(APRIL, [running]), (date(2026, 4, 2), [later])]
