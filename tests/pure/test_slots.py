from collections import defaultdict
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.appointment_booking.engine import (
    EVERY_DAY,
    Cause,
    Diary,
    Opening,
    Rule,
    Rules,
    Window,
    count_by_day,
    expand,
    explain,
    first_start,
    free_starts,
    local_days,
    offers,
    refusals,
)
from odoo.addons.appointment_booking.engine.slots import EVER

# The oracle: every minute on its own, in the plainest words.

END = 60  # minutes; small, so that everything meets everything


def causes_of(diary, rules, minute):
    slot = set(range(minute, minute + rules.duration))
    open_minutes = {m for opening in diary.open for m in range(opening.start, opening.stop)}
    here = [opening for opening in diary.open if opening.start <= minute < opening.stop]
    if not slot <= open_minutes:
        yield Cause.OPENING
    if here and not any((minute - opening.origin) % rules.step == 0 for opening in here):
        yield Cause.GRID
    if any(slot & set(range(*event)) for event in diary.busy):
        yield Cause.BUSY
    if any(slot & set(range(start, stop)) for start, stop, _gap in diary.appointments):
        yield Cause.APPOINTMENT
    for start, stop, own_gap in diary.appointments:
        gap = max(own_gap, rules.gap)
        taken = set(range(start, stop))
        if not slot & taken and set(range(minute - gap, minute + rules.duration + gap)) & taken:
            yield Cause.GAP
            break
    if rules.max_per_day and any(
        start <= minute < stop and count >= rules.max_per_day for start, stop, count in diary.days
    ):
        yield Cause.DAY_LIMIT
    if minute < rules.earliest:
        yield Cause.NOTICE
    if minute > rules.latest:
        yield Cause.HORIZON
    if any(slot & set(range(*closed)) for closed in diary.closed):
        yield Cause.CLOSED_DATE


near = st.integers(-15, END + 15)
spans = st.tuples(near, st.one_of(st.integers(0, 8), st.integers(0, 90))).map(lambda span: (span[0], sum(span)))


@st.composite
def openings(draw):
    """Openings inside the window, some touching and some of two zones overlapping, cut off from where they began."""
    found = draw(st.lists(st.tuples(st.integers(0, END), st.integers(1, 40), st.integers(-20, 0)), max_size=4))
    return sorted(Opening(start, min(start + length, END), start + cut) for start, length, cut in found if start < END)


diaries = st.builds(
    Diary,
    open=openings(),
    busy=st.lists(spans, max_size=3),
    appointments=st.lists(st.tuples(spans, st.integers(0, 9)).map(lambda it: (*it[0], it[1])), max_size=2),
    days=st.integers(-10, END + 10).flatmap(
        lambda midnight: st.tuples(st.integers(0, 3), st.integers(0, 3)).map(
            lambda counts: [(midnight - 80, midnight, counts[0]), (midnight, midnight + 80, counts[1])]
        )
    ),
    closed=st.lists(spans, max_size=2),
)
rule_sets = st.builds(
    Rules,
    duration=st.integers(1, 12),
    step=st.integers(1, 12),
    gap=st.integers(0, 6),
    earliest=st.one_of(st.just(0), near),
    latest=st.one_of(st.just(END), near),
    max_per_day=st.integers(0, 3),
)


@settings(max_examples=600, deadline=None)
@given(diaries, rule_sets)
def test_engine_against_the_oracle(diary, rules):
    """A04, A28, A19: what is on offer, and why the rest is not, is what minute-by-minute checking says."""
    expected = {minute: list(causes_of(diary, rules, minute)) for minute in range(-20, END + 20)}
    inside = {minute for opening in diary.open for minute in range(opening.start, opening.stop)}

    assert free_starts(diary, rules) == [minute for minute, causes in expected.items() if not causes]
    assert {minute: explain(diary, rules, minute) for minute in expected} == expected
    assert refusals(diary, rules) == {
        cause: starts
        for cause in Cause
        if (starts := [m for m in sorted(inside) if cause in expected[m] and Cause.GRID not in expected[m]])
    }


@settings(max_examples=100, deadline=None)
@given(st.lists(diaries, max_size=4), rule_sets)
def test_offers_are_everybodys_free_starts(everybody, rules):
    """A22: a slot is on offer if at least one advisor is free, once, with all who can take it, in the order given."""
    offered = offers(dict(enumerate(everybody)), rules)
    assert list(offered) == sorted(offered)
    assert offered == {
        start: takers
        for start in range(END)
        if (takers := [key for key, diary in enumerate(everybody) if start in free_starts(diary, rules)])
    }


@settings(max_examples=100, deadline=None)
@given(st.lists(diaries, max_size=4), rule_sets, st.booleans(), st.booleans())
def test_busy_times_told_by_interval(everybody, rules, both_ways, together):
    """A28: it makes no difference whether a diary tells what is busy, or a list of who is busy when, or both."""
    busy = [(*interval, 1 << key) for key, diary in enumerate(everybody) for interval in diary.busy]
    if together:
        at_once = defaultdict(int)
        for *interval, bits in busy:
            at_once[tuple(interval)] |= bits
        busy = [(*interval, bits) for interval, bits in at_once.items()]
    diaries = dict(enumerate(everybody))
    silent = diaries if both_ways else {key: diary._replace(busy=()) for key, diary in diaries.items()}
    assert offers(silent, rules, busy) == offers(diaries, rules)


@settings(max_examples=200, deadline=None)
@given(st.lists(diaries, min_size=1, max_size=3), st.lists(st.integers(0, 2), max_size=6), rule_sets, st.data())
def test_diaries_may_be_shared(distinct, sharing, rules, data):
    """A22, X03: advisors who share one diary are offered as if each had their own, in the order given."""
    shared = {key: distinct[number % len(distinct)] for key, number in enumerate(sharing)}
    own = {key: diary._replace() for key, diary in shared.items()}
    busy = [(*span, bits) for span, bits in data.draw(st.lists(st.tuples(spans, st.integers(0, 63)), max_size=3))]
    assert offers(shared, rules, busy) == offers(own, rules, busy)


@settings(max_examples=100, deadline=None)
@given(diaries, rule_sets, st.randoms())
def test_order_and_repetition_do_not_matter(diary, rules, random):
    """A28: the database may return what is busy in any order, and twice."""
    shuffled = {
        field: random.sample(values := [*getattr(diary, field)] * 2, len(values)) for field in ("busy", "appointments")
    }
    assert free_starts(diary._replace(**shuffled), rules) == free_starts(diary, rules)


@settings(max_examples=100, deadline=None)
@given(diaries, rule_sets)
def test_what_is_taken_keeps_its_distance(diary, rules):
    """A04: taking a start on offer leaves no start on offer that overlaps it or comes too close."""
    for start in free_starts(diary, rules):
        taken = diary._replace(appointments=[*diary.appointments, (start, start + rules.duration, rules.gap)])
        for other in free_starts(taken, rules):
            assert abs(other - start) >= rules.duration + rules.gap


# Named cases: an advisor who works from 9:00 to 12:00, with slots of half an hour every half hour.

NINE, NOON = 9 * 60, 12 * 60
MORNING = [Opening(NINE, NOON, NINE)]
HALF_HOURS = Rules(duration=30, step=30)
ALL = "09:00 09:30 10:00 10:30 11:00 11:30"


def at(text):
    return int(text[:2]) * 60 + int(text[3:])


def times(starts):
    return " ".join(f"{start // 60:02}:{start % 60:02}" for start in starts)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(("10:00", "10:30"), "09:00 09:30 10:30 11:00 11:30", id="exactly a slot: neighbours touch it"),
        pytest.param(("10:10", "10:20"), "09:00 09:30 10:30 11:00 11:30", id="inside a slot"),
        pytest.param(("09:59", "10:31"), "09:00 11:00 11:30", id="one minute over on both sides"),
        pytest.param(("08:00", "09:01"), "09:30 10:00 10:30 11:00 11:30", id="straddles the beginning"),
        pytest.param(("11:59", "15:00"), "09:00 09:30 10:00 10:30 11:00", id="straddles the end"),
        pytest.param(("08:00", "09:00"), ALL, id="touches the beginning"),
        pytest.param(("12:00", "13:00"), ALL, id="touches the end"),
        pytest.param(("00:00", "24:00"), "", id="contains everything"),
        pytest.param(("10:00", "10:00"), ALL, id="zero-length, at a start"),
        pytest.param(("10:10", "10:10"), ALL, id="zero-length, inside a slot"),
    ],
)
def test_busy_event(event, expected):
    """A28: whatever an event shares a minute with is not on offer; touching is allowed, and no length is no event."""
    busy = tuple(map(at, event))
    assert times(free_starts(Diary(MORNING, busy=[busy]), HALF_HOURS)) == expected
    assert times(free_starts(Diary(MORNING, appointments=[(*busy, 0)]), HALF_HOURS)) == expected


def test_busy_events_unsorted_overlapping_and_outside():
    """A28: recurring, synchronised and past events come in any order."""
    busy = [(at("11:00"), at("11:45")), (-9000, -8000), (at("09:00"), at("09:20")), (at("11:10"), at("11:20"))]
    assert times(free_starts(Diary(MORNING, busy=busy), HALF_HOURS)) == "09:30 10:00 10:30"


def test_event_that_lasts_from_before_the_window_to_after_it():
    """A28: three weeks of leave, seen from a day in their middle."""
    assert free_starts(Diary(MORNING, busy=[(-10 * 1440, 11 * 1440)]), HALF_HOURS) == []


def test_slot_fits_into_the_hours():
    """A04: the last slot ends with the hours; one that is longer than they are is never on offer."""
    assert times(free_starts(Diary(MORNING), Rules(duration=45, step=30))) == "09:00 09:30 10:00 10:30 11:00"
    assert times(free_starts(Diary(MORNING), Rules(duration=180, step=30))) == "09:00"
    assert free_starts(Diary(MORNING), Rules(duration=181, step=30)) == []


def test_step_is_independent_of_the_duration():
    """A04: slots of an hour may start every quarter of an hour, slots of ten minutes every hour."""
    expected = "09:00 09:15 09:30 09:45 10:00 10:15 10:30 10:45 11:00"
    assert times(free_starts(Diary(MORNING), Rules(duration=60, step=15))) == expected
    assert times(free_starts(Diary(MORNING), Rules(duration=10, step=60))) == "09:00 10:00 11:00"


def test_starts_do_not_wander_after_a_meeting():
    """A04: a meeting until 09:40 does not move the grid to 09:40."""
    assert times(free_starts(Diary(MORNING, busy=[(NINE, at("09:40"))]), HALF_HOURS)) == "10:00 10:30 11:00 11:30"


def test_slot_over_midnight():
    """A26, X02: hours that touch at midnight are one stretch of time: a slot may run over it."""
    rules = [Rule(EVERY_DAY, None, None, 23 * 60, 1439, "UTC"), Rule(EVERY_DAY, None, None, 0, 60, "UTC")]
    diary = Diary(expand(rules, Window(datetime(2025, 6, 2, 12), 1440)))
    assert free_starts(diary, Rules(duration=60, step=30)) == [11 * 60, 11 * 60 + 30, 12 * 60]


def test_hours_of_two_zones_are_one_stretch_of_time():
    """A26: 9-12 in Paris and 9-12 in London offer the starts of both, and slots over their seam."""
    diary = Diary([Opening(480, 570, 480), Opening(540, 600, 540)])
    assert free_starts(diary, Rules(duration=45, step=45)) == [480, 525, 540]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (0, 0, "09:00 09:30 10:30 11:00 11:30"),
        (30, 0, "09:00 11:00 11:30"),
        (0, 30, "09:00 11:00 11:30"),
        (10, 40, "11:30"),
        (40, 10, "11:30"),
    ],
)
def test_gap_is_the_longer_of_old_and_new(old, new, expected):
    """A04: the longer of the two gaps is kept, after an appointment as before it."""
    diary = Diary(MORNING, appointments=[(at("10:00"), at("10:30"), old)])
    assert times(free_starts(diary, HALF_HOURS._replace(gap=new))) == expected


def test_gap_at_the_edge_of_the_day():
    """A04: a gap is kept to appointments only: not to the ends of the hours, nor to other events."""
    assert times(free_starts(Diary(MORNING, busy=[(NINE, at("09:30"))]), HALF_HOURS._replace(gap=30))) == ALL[6:]


def test_gap_reaches_over_the_edge_of_the_window():
    """A04: an appointment that ended before the window still keeps its distance."""
    opening = [Opening(0, 60, 0)]
    assert free_starts(Diary(opening, appointments=[(-30, 0, 20)]), Rules(duration=10, step=10)) == [20, 30, 40, 50]
    assert free_starts(Diary(opening, appointments=[(65, 90, 20)]), Rules(duration=10, step=10)) == [0, 10, 20, 30]


def test_appointment_without_length_keeps_no_gap():
    """A28: what takes no time takes none around it, either."""
    diary = Diary(MORNING, appointments=[(at("10:00"), at("10:00"), 60)])
    assert times(free_starts(diary, HALF_HOURS)) == ALL


def test_limits_are_counted_in_the_local_day():
    """A04, X02: a full Monday in Auckland is full until its own midnight, which is noon on Monday in UTC."""
    window = Window(datetime(2025, 6, 1, 12), 2 * 1440)  # midnight between Sunday and Monday in Auckland
    rule = Rule(EVERY_DAY, None, None, 22 * 60, 1440, "Pacific/Auckland")
    monday, tuesday = datetime(2025, 6, 1, 12), datetime(2025, 6, 2, 12)  # when they begin
    taken = [monday - timedelta(minutes=1), monday, tuesday - timedelta(minutes=1), tuesday]
    days = count_by_day(local_days("Pacific/Auckland", window), map(window.to_minute, taken))
    diary = Diary(expand([rule], window), days=days)
    hourly = Rules(duration=60, step=60, max_per_day=2)
    assert [window.to_datetime(start) for start in free_starts(diary, hourly)] == [
        datetime(2025, 6, 3, 10),
        datetime(2025, 6, 3, 11),
    ]
    assert len(free_starts(diary, hourly._replace(max_per_day=0))) == 4


def test_notice_and_horizon_include_their_ends():
    """A04: the first start allowed and the last one are on offer."""
    rules = HALF_HOURS._replace(earliest=at("09:30"), latest=at("11:00"))
    assert times(free_starts(Diary(MORNING), rules)) == "09:30 10:00 10:30 11:00"
    rules = HALF_HOURS._replace(earliest=at("09:31"), latest=at("10:59"))
    assert times(free_starts(Diary(MORNING), rules)) == "10:00 10:30"


def paris_times(window, starts):
    zone = ZoneInfo("Europe/Paris")
    local = [window.to_datetime(start).replace(tzinfo=timezone.utc).astimezone(zone) for start in starts]
    return " ".join(moment.strftime("%H:%M") for moment in local)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2025, 3, 30, 0, 30), "04:00 05:00"),  # it is 01:30 in Paris
        (datetime(2025, 10, 26, 0, 30), "03:00 04:00"),  # it is 02:30 for the first time
    ],
    ids=["spring", "autumn"],
)
def test_notice_on_a_clock_change(now, expected):
    """A04, X02: an hour and a half of notice has to pass, whatever the clocks do meanwhile."""
    window = Window(now.replace(minute=0), 4 * 60)
    diary = Diary(expand([Rule(EVERY_DAY, None, None, 0, 1440, "Europe/Paris")], window))
    earliest = window.to_minute_up(now + timedelta(minutes=90))
    assert paris_times(window, free_starts(diary, Rules(duration=15, step=60, earliest=earliest))) == expected


def test_notice_rounds_up_to_the_minute():
    """A04: at 08:00:30 with an hour of notice, 09:00 is too early by half a minute."""
    window = Window(datetime(2025, 6, 2), 1440)
    earliest = window.to_minute_up(datetime(2025, 6, 2, 8, 0, 30) + timedelta(hours=1))
    rules = HALF_HOURS._replace(earliest=earliest)
    assert explain(Diary(MORNING), rules, NINE) == [Cause.NOTICE]
    assert times(free_starts(Diary(MORNING), rules)) == "09:30 10:00 10:30 11:00 11:30"


@pytest.mark.parametrize("day", [datetime(2025, 3, 30), datetime(2025, 10, 26)], ids=["spring", "autumn"])
def test_days_of_the_clock_change(day):
    """X02: on both days of a clock change an event at 10:00 and one at 15:00 block 10:00 and 15:00, not a neighbour."""
    zone = ZoneInfo("Europe/Paris")
    window = Window(day - timedelta(hours=2), 26 * 60)
    rules = [Rule(EVERY_DAY, None, None, start * 60, stop * 60, "Europe/Paris") for start, stop in ((9, 12), (14, 17))]
    busy = []
    for hour in (10, 15):
        start = day.replace(hour=hour, tzinfo=zone).astimezone(timezone.utc).replace(tzinfo=None)
        busy.append(window.to_interval(start, start + timedelta(hours=1)))
    starts = free_starts(Diary(expand(rules, window), busy), Rules(duration=60, step=60))
    assert paris_times(window, starts) == "09:00 11:00 14:00 16:00"


def test_same_start_of_two_advisors_is_offered_once():
    """A22: one start, and everybody who can take it."""
    busy = Diary(MORNING, busy=[(NINE, at("11:00"))])
    assert offers({"Ada": Diary(MORNING), "Bob": busy}, Rules(60, 60)) == {
        at("09:00"): ["Ada"],
        at("10:00"): ["Ada"],
        at("11:00"): ["Ada", "Bob"],
    }


def test_no_advisors_no_offers():
    """A22: nobody there, or nobody with hours, is no error."""
    assert offers({}, HALF_HOURS) == {}
    assert offers({"Ada": Diary([])}, HALF_HOURS) == {}


def test_moving_an_appointment_does_not_collide_with_itself():
    """A04, A28: it is left out of the diary and of the day's count; then it can move by less than its own length."""
    own, other = (at("10:00"), at("11:00"), 15), (at("11:30"), NOON, 0)
    rules = Rules(duration=60, step=30, gap=15, max_per_day=2)
    kept = Diary(MORNING, appointments=[own, other], days=[(0, 1440, 2)])
    assert free_starts(kept, rules) == []
    moving = Diary(MORNING, appointments=[other], days=[(0, 1440, 1)])
    assert times(free_starts(moving, rules)) == "09:00 09:30 10:00"


def test_explain_names_every_cause():
    """A19: a manager reads everything that stands in the way, not only the first thing."""
    diary = Diary(
        MORNING,
        busy=[(at("10:00"), at("10:20"))],
        appointments=[(at("09:00"), at("10:05"), 0), (at("11:00"), at("11:30"), 60)],
        days=[(0, 1440, 5)],
        closed=[(0, 1440)],
    )
    rules = Rules(duration=30, step=60, earliest=at("10:30"), latest=at("09:30"), max_per_day=5)
    assert explain(diary, rules, at("10:01")) == [
        Cause.GRID,
        Cause.BUSY,
        Cause.APPOINTMENT,
        Cause.GAP,
        Cause.DAY_LIMIT,
        Cause.NOTICE,
        Cause.HORIZON,
        Cause.CLOSED_DATE,
    ]
    assert explain(diary, HALF_HOURS, at("13:00")) == [Cause.OPENING, Cause.CLOSED_DATE]
    assert explain(Diary(MORNING), HALF_HOURS, at("10:30")) == []


def test_explain_finds_the_event():
    """A19: asked with one event alone, the diagnosis tells whether it is the one."""
    events = {"lunch": (NOON, at("13:00")), "meeting": (at("10:15"), at("10:45"))}
    guilty = [name for name, event in events.items() if explain(Diary(MORNING, busy=[event]), HALF_HOURS, at("10:30"))]
    assert guilty == ["meeting"]


@pytest.mark.parametrize(("duration", "step"), [(0, 30), (30, 0), (-5, 30), (30, -5)])
def test_nonsense_is_refused(duration, step):
    """A04: a type without a duration or step is an error, not an endless list."""
    with pytest.raises(ValueError, match="at least a minute"):
        free_starts(Diary(MORNING), Rules(duration, step))


@given(diaries, rule_sets, st.one_of(st.just(EVER), near))
def test_first_start(diary, rules, before):
    """A11: the first free start is the first of all of them, if it comes before a given minute."""
    starts = [start for start in free_starts(diary, rules) if start < before]
    assert first_start(diary, rules, before) == (starts[0] if starts else None)
