from datetime import date, datetime, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.appointment_booking.engine import EVERY_DAY, Freed, Waiter, Wish, share

MONDAY = datetime(2026, 3, 2)
ADVISORS = "ABC"


def at(hour, takers="A", hours=1, place=None):
    return Freed(MONDAY + timedelta(hours=hour), MONDAY + timedelta(hours=hour + hours), tuple(takers), place)


def told(*queue):
    return {who: [slot.start.hour for slot in slots] for who, slots in share(queue).items()}


def test_one_slot_goes_to_the_first():
    """A39: one free slot is told to the first in the queue alone."""
    assert told(Waiter("Eve", [at(10)]), Waiter("Max", [at(10)])) == {"Eve": [10]}


def test_several_slots_go_to_several_people():
    """A39: two free hours, or two advisors at the same hour, are told to two people at once."""
    assert told(*(Waiter(who, [at(10), at(11)]) for who in "EMZ")) == {"E": [10, 11], "M": [11]}
    assert told(*(Waiter(who, [at(10, "AB")]) for who in "EMZ")) == {"E": [10], "M": [10]}


def test_overlapping_starts_are_one_slot():
    """A39: an hour of one advisor that can begin at 10:00 or at 10:30 has room for one person."""
    assert told(Waiter("Eve", [at(10)]), Waiter("Max", [at(10.5)]), Waiter("Zoe", [at(11)])) == {
        "Eve": [10],
        "Zoe": [11],
    }


def test_one_advisor_at_two_places():
    """A39: an advisor who could be at either agency can take one of the two."""
    assert told(Waiter("Eve", [at(10, place="Lyon")]), Waiter("Max", [at(10, place="Bron")])) == {"Eve": [10]}


def test_head_start():
    """A39: who was told a moment ago comes first, wherever they stand; then the next gets their turn."""
    assert told(Waiter("Eve", [at(10)]), Waiter("Max", ahead=[at(10)], ready=False)) == {}
    assert told(Waiter("Eve", [at(10), at(12)]), Waiter("Max", ahead=[at(10)], ready=False)) == {"Eve": [12]}
    assert told(Waiter("Eve", ready=False), Waiter("Max", [at(10)])) == {"Max": [10]}


def test_who_is_not_ready_keeps_nobody_waiting():
    """A39: whoever was told today already does not block those behind them."""
    assert told(Waiter("Eve", [at(10)], ready=False), Waiter("Max", [at(10)])) == {"Max": [10]}
    assert share([]) == {}


def test_wishes():
    """A39, X02: weekday, hours, dates and place, each bound where it belongs; the hours are those of the place."""
    slot = Freed(datetime(2026, 3, 2, 10, 59), datetime(2026, 3, 2, 12), ("A",), "Lyon")
    local = datetime(2026, 3, 2, 11, 59)
    for wish, suits in (
        (Wish(), True),
        (Wish(minute_to=12 * 60), True),
        (Wish(minute_to=11 * 60 + 59), False),
        (Wish(minute_from=11 * 60 + 59), True),
        (Wish(minute_from=12 * 60), False),
        (Wish(weekdays=0b0000001), True),
        (Wish(weekdays=0b1111110), False),
        (Wish(date_from=date(2026, 3, 2), date_to=date(2026, 3, 2)), True),
        (Wish(date_from=date(2026, 3, 3)), False),
        (Wish(date_to=date(2026, 3, 1)), False),
        (Wish(places=frozenset(["Lyon"])), True),
        (Wish(places=frozenset(["Bron"])), False),
        (Wish(before=datetime(2026, 3, 2, 11)), True),
        (Wish(before=datetime(2026, 3, 2, 10, 59)), False),
    ):
        assert wish.suits(slot, local) is suits, wish


slots = st.lists(
    st.builds(
        at,
        st.integers(0, 4),
        st.lists(st.sampled_from(ADVISORS), min_size=1, unique=True),
        st.integers(1, 2),
    ),
    max_size=5,
)
queues = st.lists(st.tuples(slots, slots, st.booleans()), max_size=5).map(
    lambda people: [
        Waiter(number, wanted, ahead if ahead and not ready else [], ready)
        for number, (wanted, ahead, ready) in enumerate(people)
    ]
)


def hours(slot):
    return set(range(slot.start.hour, slot.stop.hour))


def brute_share(queue):
    """Say the same in the plainest words: each advisor has a set of hours that are spoken for."""
    spoken_for = {advisor: set() for advisor in ADVISORS}

    def can_be_had(slot):
        return [advisor for advisor in slot.takers if not hours(slot) & spoken_for[advisor]]

    def speak_for_earliest(some):
        for slot in sorted(some, key=lambda slot: (slot.start, slot.stop)):
            if can_be_had(slot):
                spoken_for[can_be_had(slot)[0]] |= hours(slot)
                return

    for waiter in queue:
        speak_for_earliest(waiter.ahead)
    answer = {}
    for waiter in queue:
        if waiter.ready and not waiter.ahead:
            left = [slot for slot in waiter.wanted if can_be_had(slot)]
            if left:
                answer[waiter.id] = sorted(left, key=lambda slot: (slot.start, slot.stop))
                speak_for_earliest(left)
    return answer


@given(queues)
def test_same_as_in_the_plainest_words(queue):
    """A39: the answer is that of the brute-force oracle, and the same each time."""
    assert share(queue) == brute_share(queue) == share(queue)


@settings(deadline=None)
@given(queues)
def test_everybody_told_can_book(queue):
    """A39: all who were told, now or a moment ago, could book one of their slots at the same time.

    Every combination of slots and advisors is tried, so this holds whatever way :func:`share` goes.
    """
    answer = share(queue)
    people = [answer[waiter.id] for waiter in queue if waiter.id in answer]

    def fits(left, taken):
        if not left:
            return True
        return any(
            not any(other == advisor and hours(slot) & busy for other, busy in taken)
            and fits(left[1:], [*taken, (advisor, hours(slot))])
            for slot, advisor in ((slot, advisor) for slot, advisor in product(left[0], ADVISORS))
            if advisor in slot.takers
        )

    assert fits(people, [])


@given(queues)
def test_nobody_is_passed_over(queue):
    """A39: who is ready and told of nothing wants only what those before them need.

    So without everybody else they would be told.
    """
    answer = share(queue)
    assert set(answer) <= {waiter.id for waiter in queue if waiter.ready}
    for number, waiter in enumerate(queue):
        assert set(answer.get(waiter.id, [])) <= set(waiter.wanted)
        if waiter.ready and not waiter.ahead and waiter.wanted and waiter.id not in answer:
            assert any(other.ahead for other in queue) or any(other.id in answer for other in queue[:number])
            assert share([waiter]) == {waiter.id: sorted(waiter.wanted, key=lambda slot: (slot.start, slot.stop))}


def test_many_people():
    """A39: a hundred people and a hundred slots are shared out at once, one each."""
    free = [at(number, hours=1) for number in range(100)]
    answer = share(Waiter(number, free) for number in range(120))
    assert len(answer) == 100
    assert [answer[number][0].start for number in range(100)] == [slot.start for slot in free]
    assert EVERY_DAY == Wish().weekdays
