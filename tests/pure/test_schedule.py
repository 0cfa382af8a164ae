from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.appointment_booking.engine import EVERY_DAY, Rule, Rules, Window, free_starts, to_bits
from odoo.addons.appointment_booking.tools.schedule import Advisor, Hours, Schedule

WINDOW = Window(datetime(2026, 3, 3), 1440)
RULES = Rules(duration=30, step=30)
CHOICES = {"type_id": 1, "counted": False}
HOURS = [
    [Hours(Rule(EVERY_DAY, None, None, first * 60, last * 60, "UTC"), None, frozenset())]
    for first, last in ((9, 12), (10, 13))
]


@st.composite
def schedules(draw):
    """A schedule made twice, since reading its advisors adds what bits tell to them."""
    many = draw(st.sampled_from([0, 1, 2, 9, 63, 64, 65, 130]))
    kept = draw(st.lists(st.sampled_from(HOURS), min_size=many, max_size=many))
    taken = draw(st.dictionaries(st.integers(0, many - 1), st.just((600, 660, 0, 1)), max_size=3)) if many else {}
    places = st.lists(st.integers(0, many - 1), max_size=5) if many else st.just([])
    busy = draw(st.lists(st.tuples(st.integers(500, 800), st.integers(0, 90), places), max_size=5))

    def make():
        advisors = {
            1000 - place: Advisor(place, hours, [], [taken[place]] if place in taken else [])
            for place, hours in enumerate(kept)
        }
        return Schedule(WINDOW, advisors, [(start, start + length, to_bits(who)) for start, length, who in busy], list)

    return make(), make()


@settings(deadline=None)
@given(schedules(), st.data())
def test_offers_of_some_of_many(twice, data):
    """A22, X03: whoever is asked, in whatever order, is offered as if each were asked alone."""
    schedule, known = twice
    asked = data.draw(st.lists(st.sampled_from([*schedule.user_ids, 5000]), max_size=12))
    free = {
        user_id: free_starts(known.diary(user_id, **CHOICES), RULES) for user_id in known.user_ids if user_id in asked
    }
    expected = {
        start: [user_id for user_id, starts in free.items() if start in starts]
        for start in sorted({start for starts in free.values() for start in starts})
    }
    offered = schedule.offers(asked, RULES, **CHOICES)
    assert list(offered.items()) == list(expected.items())
    assert schedule.advisors == known.advisors
    assert schedule.offers(asked, RULES, **CHOICES) == expected, "what bits tell may be known of the advisors, too"


@settings(deadline=None)
@given(schedules())
def test_offers_of_all(twice):
    """A22: all of them are offered as one after the other would be."""
    schedule, known = twice
    offered = schedule.offers(schedule.user_ids, RULES, **CHOICES)
    for user_id in known.user_ids:
        assert [start for start, takers in offered.items() if user_id in takers] == free_starts(
            known.diary(user_id, **CHOICES), RULES
        )
