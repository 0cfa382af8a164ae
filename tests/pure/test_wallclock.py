from datetime import date, datetime, timedelta, timezone
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.appointment_booking.engine import (
    EVERY_DAY,
    WEEKDAYS,
    Opening,
    Rule,
    Window,
    expand,
    local_days,
    merge,
    subtract,
)

PARIS, NEW_YORK, KOLKATA = "Europe/Paris", "America/New_York", "Asia/Kolkata"
LORD_HOWE, APIA, SAO_PAULO = "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"
ST_JOHNS = "America/St_Johns"

SPRING = datetime(2025, 3, 30)  # Paris goes from 02:00 to 03:00
AUTUMN = datetime(2025, 10, 26)  # Paris goes from 03:00 to 02:00

# A zone and a day (in UTC) around which its clocks are changed; Kolkata's never are.
CHANGES = [
    (PARIS, SPRING),
    (PARIS, AUTUMN),
    (NEW_YORK, datetime(2025, 3, 9)),
    (NEW_YORK, datetime(2025, 11, 2)),
    (LORD_HOWE, datetime(2025, 4, 5)),  # by half an hour
    (LORD_HOWE, datetime(2025, 10, 4)),
    (SAO_PAULO, datetime(2018, 2, 18)),  # from midnight back to 23:00
    (SAO_PAULO, datetime(2018, 11, 4)),  # from midnight to 01:00
    (ST_JOHNS, datetime(2010, 11, 7)),  # from one minute past midnight back to the day before
    (APIA, datetime(2011, 12, 30)),  # a day that never was
    (KOLKATA, datetime(2025, 6, 1)),
]
ZONES = sorted({zone for zone, _day in CHANGES})
SIGHT = 4 * 1440  # minutes before and after the day of a change that the clocks below are read for


@cache
def clock(tz, day):
    """What a zone's clock shows in every minute around a day: the date, its weekday and the minute of the day."""
    zone = ZoneInfo(tz)
    shown = []
    for minute in range(-SIGHT, SIGHT):
        local = (day.replace(tzinfo=timezone.utc) + timedelta(minutes=minute)).astimezone(zone)
        shown.append((local.date(), local.weekday(), local.hour * 60 + local.minute))
    return shown


def covers(rule, shown):
    day, weekday, minute = shown
    return (
        bool(rule.weekdays & 2**weekday)
        and (rule.date_from is None or day >= rule.date_from)
        and (rule.date_to is None or day <= rule.date_to)
        and rule.minute_from <= minute
        and (minute < rule.minute_to or rule.minute_to == 1439)
    )


@st.composite
def windows(draw):
    """A window near a change of the clocks; the zone that has it, the day, and the window's start in minutes of it."""
    zone, day = draw(st.sampled_from(CHANGES))
    start = draw(st.integers(-1500, 1500))
    return zone, day, start, Window(day + timedelta(minutes=start), draw(st.integers(1, 2200)))


@st.composite
def rules_near(draw, zone, day):
    minutes = st.one_of(st.sampled_from([0, 1380, 1439, 1440]), st.integers(0, 24).map(lambda h: h * 60))
    minutes = st.one_of(minutes, st.integers(0, 300), st.integers(0, 1440))
    dates = st.one_of(st.none(), st.integers(-2, 3).map(lambda days: (day + timedelta(days=days)).date()))
    return draw(
        st.lists(
            st.builds(
                Rule,
                weekdays=st.one_of(st.just(EVERY_DAY), st.integers(0, EVERY_DAY)),
                date_from=dates,
                date_to=dates,
                minute_from=minutes,
                minute_to=minutes,
                tz=st.one_of(st.just(zone), st.sampled_from(ZONES)),
                closed=st.sampled_from([False, False, True]),
            ),
            max_size=6,
        )
    )


@settings(max_examples=250, deadline=None)
@given(st.data(), windows(), st.sampled_from([1, 7, 15, 30, 45, 60, 1440]))
def test_expand_against_the_clock_on_the_wall(data, near, step):
    """X02, A26: a minute is open when the clock shows an open time; starts are whole steps into the hours."""
    zone, day, first, window = near
    rules = data.draw(rules_near(zone, day))
    openings = [rule for rule in rules if not rule.closed]

    @cache
    def hours_begin(tz, local_date, weekday):
        """When the hours began that each minute of a day is in, had that day no change of the clocks."""
        opened = [
            any(rule.tz == tz and covers(rule, (local_date, weekday, m)) for rule in openings) for m in range(1440)
        ]
        begin = []
        for m in range(1440):
            begin.append(begin[m - 1] if m and opened[m - 1] else m)
        return begin

    is_open, starts = set(), set()
    for minute in range(window.minutes):
        shown = {rule.tz: clock(rule.tz, day)[SIGHT + first + minute] for rule in rules}
        opened_in = {rule.tz for rule in openings if covers(rule, shown[rule.tz])}
        if not opened_in or any(rule.closed and covers(rule, shown[rule.tz]) for rule in rules):
            continue
        is_open.add(minute)
        for tz in opened_in:
            begin = hours_begin(tz, *shown[tz][:2])
            if (shown[tz][2] - begin[shown[tz][2]]) % step == 0:
                starts.add(minute)

    expanded = expand(rules, window)
    assert {minute for opening in expanded for minute in range(opening.start, opening.stop)} == is_open
    assert {start for opening in expanded for start in opening.starts(step)} == starts
    assert list(expanded) == sorted(expanded)
    assert all(0 <= start < stop <= window.minutes for start, stop, _origin in expanded)
    if len({rule.tz for rule in openings}) == 1:
        assert all(before.stop <= after.start for before, after in pairwise(expanded))


@settings(max_examples=200, deadline=None)
@given(windows(), st.sampled_from(ZONES))
def test_local_days_against_the_clock_on_the_wall(near, tz):
    """X02: the days of any zone follow each other without a hole, each from the minute its date is first shown."""
    _zone, day, first, window = near
    begins = {}
    for minute, (shown, _weekday, _minute) in enumerate(clock(tz, day), -SIGHT - first):
        begins.setdefault(shown, minute)
    dates = sorted(begins)
    expected = [
        (begins[shown], begins[following], shown)
        for shown, following in pairwise(dates[1:])
        if begins[shown] < window.minutes and begins[following] > 0
    ]
    assert local_days(tz, window) == expected


# Named cases. Times are read off the clock on the wall, since that is what people see.


def local_times(openings, window, tz, step=60):
    """The starts as local times; a * marks the second time that a clock shows the same."""
    starts = sorted({start for opening in openings for start in opening.starts(step)})
    local = [window.to_datetime(start).replace(tzinfo=timezone.utc).astimezone(ZoneInfo(tz)) for start in starts]
    return " ".join(moment.strftime("%H:%M") + "*" * moment.fold for moment in local)


def hours(start, stop, tz=PARIS, closed=False, on=None, weekdays=EVERY_DAY):
    """A rule from "09:00" to "12:00"."""
    minutes = [int(text[:2]) * 60 + int(text[3:]) for text in (start, stop)]
    return Rule(weekdays, on, on, *minutes, tz, closed)


def the_day(day, tz=PARIS):
    """A window that is exactly the local day of a date."""
    around = Window(day - timedelta(days=1), 3 * 1440)
    found = next(local for local in local_days(tz, around) if local.date == day.date())
    return Window(around.to_datetime(found.start), found.stop - found.start)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (datetime(2025, 3, 29), "01:00 02:00 03:00 04:00 11:00 12:00 13:00 14:00"),
        (SPRING, "01:00 03:00 04:00 11:00 12:00 13:00 14:00"),
        (datetime(2025, 3, 31), "01:00 02:00 03:00 04:00 11:00 12:00 13:00 14:00"),
        (datetime(2025, 10, 25), "01:00 02:00 03:00 04:00 11:00 12:00 13:00 14:00"),
        (AUTUMN, "01:00 02:00 02:00* 03:00 04:00 11:00 12:00 13:00 14:00"),
        (datetime(2025, 10, 27), "01:00 02:00 03:00 04:00 11:00 12:00 13:00 14:00"),
    ],
    ids=["before spring", "spring", "after spring", "before autumn", "autumn", "after autumn"],
)
def test_days_of_the_clock_change(day, expected):
    """X02: on both days of a clock change the hours are those on the wall, before 13:00 as after."""
    window = the_day(day)
    assert local_times(expand([hours("01:00", "05:00"), hours("11:00", "15:00")], window), window, PARIS) == expected


def test_hours_that_begin_in_the_skipped_hour():
    """X02: 02:30-05:00 opens at 03:00 on the day when 02:00-03:00 does not exist; its grid stays on the half hours."""
    window = the_day(SPRING)
    openings = expand([hours("02:30", "05:00")], window)
    assert sum(opening.stop - opening.start for opening in openings) == 120
    assert local_times(openings, window, PARIS) == "03:30 04:30"


def test_hours_within_the_skipped_hour():
    """X02: 02:00-03:00 opens nothing on the day when it does not exist."""
    assert expand([hours("02:00", "03:00")], the_day(SPRING)) == ()


def test_hours_that_end_in_the_repeated_hour():
    """X02: 01:00-02:30 is open each time that the clock shows 02:00 to 02:30."""
    window = the_day(AUTUMN)
    expected = "01:00 01:30 02:00 02:00*"
    assert local_times(expand([hours("01:00", "02:30")], window), window, PARIS, step=30) == expected


def test_exception_in_the_repeated_hour():
    """X02, A26: an exception from 02:00 to 02:30 closes it both times."""
    window = the_day(AUTUMN)
    rules = [hours("01:00", "04:00"), hours("02:00", "02:30", closed=True)]
    assert local_times(expand(rules, window), window, PARIS, step=30) == "01:00 01:30 02:30 02:30* 03:00 03:30"


def test_half_hour_zone():
    """X02: 9:00 in Kolkata is 03:30 UTC."""
    assert expand([hours("09:00", "12:00", KOLKATA)], Window(datetime(2025, 6, 2), 1440)) == (Opening(210, 390, 210),)


def test_change_by_half_an_hour():
    """X02: on Lord Howe clocks go from 02:00 to 02:30; the starts are the full hours after it as before."""
    window = the_day(datetime(2025, 10, 5), LORD_HOWE)
    assert window.minutes == 1410
    assert (
        local_times(expand([hours("00:00", "05:00", LORD_HOWE)], window), window, LORD_HOWE)
        == "00:00 01:00 03:00 04:00"
    )


def test_day_that_begins_at_one():
    """X02: in São Paulo 2018-11-04 began at 01:00."""
    window = the_day(datetime(2018, 11, 4), SAO_PAULO)
    assert window.minutes == 23 * 60
    assert local_times(expand([hours("00:00", "03:00", SAO_PAULO)], window), window, SAO_PAULO) == "01:00 02:00"


def test_day_that_never_was():
    """X02: Samoa went from 2011-12-29 straight to 2011-12-31."""
    window = Window(datetime(2011, 12, 29, 12), 3 * 1440)
    assert [day.date.day for day in local_days(APIA, window)] == [29, 31, 1, 2]
    assert expand([hours("00:00", "23:59", APIA, on=date(2011, 12, 30))], window) == ()


def test_range_that_ends_at_2359():
    """A26: 23:59 is how people type the end of the day: nothing is missing between two days."""
    openings = expand([hours("18:00", "23:59", "UTC")], Window(datetime(2025, 6, 2), 1440))
    assert openings == (Opening(18 * 60, 1440, 18 * 60),)
    always = expand([hours("00:00", "23:59", "UTC")], Window(datetime(2025, 6, 2), 3 * 1440))
    assert merge((start, stop) for start, stop, _origin in always) == [(0, 3 * 1440)]


def test_ranges_that_touch_midnight():
    """A26: 22-24 and 0-2 are open through midnight; each day begins a grid of its own."""
    window = Window(datetime(2025, 6, 2, 12), 1440)
    openings = expand([hours("22:00", "24:00", "UTC"), hours("00:00", "02:00", "UTC")], window)
    assert merge((start, stop) for start, stop, _origin in openings) == [(600, 840)]
    assert local_times(openings, window, "UTC", step=50) == "22:00 22:50 23:40 00:00 00:50 01:40"


def test_range_that_ends_before_it_begins():
    """A26: an empty or reversed range opens nothing."""
    assert expand([hours("12:00", "09:00"), hours("09:00", "09:00")], the_day(SPRING)) == ()


def test_ranges_that_touch_or_overlap_share_a_grid():
    """A26: the grid of 9-12 runs on through 12-18, and through 11-13."""
    window = Window(datetime(2025, 6, 2), 1440)
    for other in (hours("12:00", "14:00", "UTC"), hours("11:00", "14:00", "UTC")):
        openings = expand([other, hours("09:00", "12:00", "UTC")], window)
        assert local_times(openings, window, "UTC", step=50) == "09:00 09:50 10:40 11:30 12:20 13:10"


def test_separate_ranges_have_grids_of_their_own():
    """A26: 13-14 starts at 13:00, whatever the grid of the morning."""
    window = Window(datetime(2025, 6, 2), 1440)
    openings = expand([hours("09:00", "10:00", "UTC"), hours("13:00", "14:00", "UTC")], window)
    assert local_times(openings, window, "UTC", step=50) == "09:00 09:50 13:00 13:50"


@pytest.mark.parametrize("cut", [1, 49, 50, 51, 400])
def test_grid_is_the_same_in_every_window(cut):
    """X02: a start that one page offers is a start in every other window, too: also in the middle of opening hours."""
    rules = [hours("00:00", "23:59", "UTC")]
    whole, later = Window(datetime(2025, 6, 2), 1440), Window(datetime(2025, 6, 2) + timedelta(minutes=cut), 1440 - cut)
    starts = {whole.to_datetime(start) for opening in expand(rules, whole) for start in opening.starts(50)}
    seen = {later.to_datetime(start) for opening in expand(rules, later) for start in opening.starts(50)}
    assert seen == {start for start in starts if start >= later.start}


def test_range_that_spans_into_an_exception():
    """A26: an exception takes its hours away; the starts that are left stay where they were."""
    window = the_day(SPRING)
    rules = [hours("09:00", "18:00"), hours("08:00", "09:10", closed=True), hours("11:00", "16:30", closed=True)]
    assert local_times(expand(rules, window), window, PARIS) == "10:00 17:00"


def test_exception_on_one_date():
    """A26: a date that is closed leaves the other weeks alone."""
    monday = date(2025, 6, 2)
    window = Window(datetime(2025, 6, 2), 8 * 1440)
    rules = [hours("09:00", "10:00", "UTC", weekdays=1), hours("00:00", "23:59", "UTC", closed=True, on=monday)]
    assert expand(rules, window) == (Opening(7 * 1440 + 540, 7 * 1440 + 600, 7 * 1440 + 540),)


def test_exception_in_another_zone():
    """A26, X02: a closed rule closes the hours of its own zone: noon in New York is 18:00 in Paris."""
    window = the_day(datetime(2025, 6, 2))
    rules = [hours("16:00", "20:00"), hours("12:00", "13:00", NEW_YORK, closed=True)]
    assert local_times(expand(rules, window), window, PARIS) == "16:00 17:00 19:00"


def test_hours_of_two_zones_cut_off_at_the_same_minute():
    """A26, X02: what an exception leaves of hours that overlap, being of different zones, is still in order."""
    window = the_day(datetime(2025, 6, 2))
    rules = [
        hours("08:00", "20:00"),
        hours("02:30", "12:00", NEW_YORK),  # from 08:30 to 18:00 in Paris
        hours("09:00", "10:00", closed=True),
    ]
    expanded = expand(rules, window)
    assert [opening[:2] for opening in expanded] == [(480, 540), (510, 540), (600, 1080), (600, 1200)]
    assert list(expanded) == sorted(expanded)


def test_validity_includes_both_dates():
    """A26: a rule from Tuesday to Wednesday holds on both, by the calendar of its zone."""
    window = Window(datetime(2025, 6, 1), 7 * 1440)
    rule = Rule(EVERY_DAY, date(2025, 6, 3), date(2025, 6, 4), 0, 60, KOLKATA)
    assert [window.to_datetime(start) for start, _stop, _origin in expand([rule], window)] == [
        datetime(2025, 6, 2, 18, 30),
        datetime(2025, 6, 3, 18, 30),
    ]


def test_weekend_is_hidden_by_weekdays():
    """A04: without weekends a rule for every day is a rule for weekdays."""
    week = Window(datetime(2025, 6, 2), 7 * 1440)
    assert [opening.start // 1440 for opening in expand([hours("09:00", "10:00", "UTC")], week)] == [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
    ]
    without = [hours("09:00", "10:00", "UTC", weekdays=EVERY_DAY & WEEKDAYS)]
    assert [opening.start // 1440 for opening in expand(without, week)] == [0, 1, 2, 3, 4]


def test_unknown_zone():
    """X02: a zone that does not exist is an error, not UTC."""
    with pytest.raises(ZoneInfoNotFoundError):
        expand([hours("09:00", "10:00", "Europe/Atlantis")], the_day(SPRING))


@pytest.mark.parametrize("day", [datetime(2025, 6, 2), SPRING, AUTUMN], ids=["summer", "spring", "autumn"])
def test_window_of_one_local_day_touches_that_day_only(day):
    """A04, X02: the day before ends where the window starts, and the day after starts where it ends."""
    window = the_day(day)
    assert local_days(PARIS, window) == [(0, window.minutes, day.date())]


def test_all_day_event_is_the_local_day():
    """A28, X02: an all-day event in Paris is the 23 hours of that day, not 24 hours of UTC."""
    window = Window(SPRING - timedelta(days=1), 3 * 1440)
    assert [(day.start, day.stop) for day in local_days(PARIS, window) if day.date == SPRING.date()] == [(1380, 2760)]


def test_window_starts_at_a_whole_minute_of_utc():
    """X02: what could shift every slot by seconds or hours is refused."""
    for start in (SPRING.replace(second=1), SPRING.replace(microsecond=1), SPRING.replace(tzinfo=timezone.utc)):
        with pytest.raises(ValueError, match="whole minute"):
            Window(start, 60)


def test_begun_minutes_count():
    """A28: an event of some seconds makes its whole minute busy."""
    window = Window(SPRING, 60)
    assert window.to_interval(SPRING + timedelta(seconds=61), SPRING + timedelta(seconds=62)) == (1, 2)
    assert window.to_interval(SPRING - timedelta(seconds=1), SPRING) == (-1, 0)


intervals = st.lists(st.tuples(st.integers(-5, 25), st.integers(-5, 25)), max_size=8)


@given(intervals, st.integers(-5, 25), st.integers(-5, 25))
def test_merge_and_subtract_against_sets(holes, start, stop):
    """X02: sets of minutes say the same."""
    merged = merge(holes)
    assert {minute for hole in merged for minute in range(*hole)} == {m for hole in holes for m in range(*hole)}
    assert all(before[1] < after[0] for before, after in pairwise(merged))
    left = subtract((start, stop), merged)
    assert {m for piece in left for m in range(*piece)} == set(range(start, stop)).difference(
        *(range(*hole) for hole in merged)
    )
    assert left == merge(left)
