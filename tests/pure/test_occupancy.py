from collections import defaultdict
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.engine import LocalDay, merge, share_open

DAY = 100
intervals = st.lists(st.tuples(st.integers(-20, 320), st.integers(-20, 320)), max_size=5)


@given(st.dictionaries(st.sampled_from([None, 1, 2]), intervals), intervals, st.integers(0, 3))
def test_minute_by_minute(openings, busy, days):
    """C05: each free minute of the days counts once, shared by the places where it is kept."""
    asked = [LocalDay(n * DAY, (n + 1) * DAY, date(2026, 3, 2) + timedelta(days=n)) for n in range(days)]
    expected = defaultdict(float)
    for day in asked:
        for minute in range(day.start, day.stop):
            places = {place for place, kept in openings.items() if any(start <= minute < stop for start, stop in kept)}
            if not any(start <= minute < stop for start, stop in busy):
                for place in places - {None} or places:
                    expected[day.date, place] += 1 / len(places - {None} or places)
    found = share_open(openings, merge(busy), asked)
    assert found.keys() == expected.keys()
    assert all(abs(found[key] - expected[key]) < 1e-6 for key in found)
