# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The slot engine: from opening hours and what is in the diaries to the slots on offer. Pure Python, no Odoo.

Look at a :class:`Window`; inside, instants are minutes since its start. :func:`expand` turns the wall-clock
:class:`Rule` s of an advisor into openings; they go with what is busy into a :class:`Diary`. :func:`offers` applies the
type's :class:`Rules` to all diaries. :func:`explain` says why a start is missing, :func:`on_offer` whose slots are
shown when appointments are spread evenly, :func:`order` who is tried first, :func:`share` who of those who wait is told
of what is free again.

>>> from datetime import datetime
>>> window = Window(datetime(2025, 3, 31), 1440)  # the Monday after the clocks went forward
>>> mornings = Rule(WEEKDAYS, None, None, 9 * 60, 11 * 60, "Europe/Paris")
>>> lunch = window.to_interval(datetime(2025, 3, 31, 8, 0), datetime(2025, 3, 31, 8, 30))
>>> ada, bob = Diary(expand([mornings], window)), Diary(expand([mornings], window), busy=[lunch])
>>> for minute, advisors in offers({"Ada": ada, "Bob": bob}, Rules(duration=60, step=30)).items():
...     print(window.to_datetime(minute).time(), advisors)
07:00:00 ['Ada', 'Bob']
07:30:00 ['Ada']
08:00:00 ['Ada']
>>> explain(bob, Rules(duration=60, step=30), 480)
[<Cause.BUSY: 'busy'>]
>>> order([Candidate("Ada", rank=1), Candidate("Bob", rank=0)], "priority")
['Bob', 'Ada']
"""

from .bits import Roll, to_bits
from .distribution import MODES, Candidate, Member, fair_loads, on_offer, order
from .intervals import merge, subtract
from .limits import PERIODS, days_that_matter, first_day, is_within, peak
from .occupancy import share_open
from .slots import Cause, Diary, Rules, count_by_day, explain, first_start, free_starts, offers, refusals
from .waiting import Freed, Waiter, Wish, share
from .wallclock import EVERY_DAY, WEEKDAYS, Opening, Rule, expand
from .window import Window
from .zones import LocalDay, local_days

__all__ = [
    "EVERY_DAY",
    "MODES",
    "PERIODS",
    "WEEKDAYS",
    "Candidate",
    "Cause",
    "Diary",
    "Freed",
    "LocalDay",
    "Member",
    "Opening",
    "Roll",
    "Rule",
    "Rules",
    "Waiter",
    "Window",
    "Wish",
    "count_by_day",
    "days_that_matter",
    "expand",
    "explain",
    "fair_loads",
    "first_day",
    "first_start",
    "free_starts",
    "is_within",
    "local_days",
    "merge",
    "offers",
    "on_offer",
    "order",
    "peak",
    "refusals",
    "share",
    "share_open",
    "subtract",
    "to_bits",
]
