"""An advisor is booked twice on purpose while a visitor books the same hours, on connections of their own."""

import threading
from datetime import timedelta

import pytest
from psycopg2 import errors

from house import lab

from .bank import open_bank

HALF_HOUR = timedelta(minutes=30)
LIVE = """
    SELECT COALESCE(overbooked, FALSE), state, start
      FROM booking_appointment
     WHERE type_id = %s
  ORDER BY id
"""


class Desk:
    """A bank with one advisor, who has an appointment in the first of two slots; the double booking covers both."""

    def __init__(self, env):
        self.env, self.registry = env, env.registry
        self.type, starts = open_bank(env, slots=2)
        self.first, self.second = (env["booking.journey"]._read_start(start) for start in starts)
        self.user = self.type.advisor_ids.user_id
        env["booking.appointment"].create({"type_id": self.type.id, "user_id": self.user.id, "start": self.first})
        env.cr.commit()

    def appointments(self, cr):
        return self.env["booking.appointment"].with_env(self.env(cr=cr))

    def override(self, cr):
        values = {"type_id": self.type.id, "user_id": self.user.id, "start": self.first}
        values["stop"] = self.second + HALF_HOUR
        return self.appointments(cr)._create_overbooked(values, "Emergency")

    def choices(self, env):
        return {"reason": env["booking.reason"], "agency": env["booking.agency"], "visitor_key": "visitor"}

    def hold(self, cr):
        env = self.env(cr=cr)
        return self.appointments(cr)._hold(self.type.with_env(env), self.second, **self.choices(env))

    def hold_as_a_page_does(self):
        return self.env["booking.appointment"]._hold_in_own_transaction(
            self.type, self.second, **self.choices(self.env)
        )

    def live(self):
        with self.registry.cursor() as cr:
            cr.execute(LIVE, [self.type.id])
            return [(flag, state, start) for flag, state, start in cr.fetchall()]


@pytest.fixture
def desk(odoo_database):
    with lab.environment(odoo_database) as env:
        yield Desk(env)


def test_override_first(desk):
    """C03, X01: whose look is older than the double booking is failed by PostgreSQL, and then finds the slot taken."""
    from odoo.addons.appointment_booking.models.booking_appointment_hold import SlotTaken

    with desk.registry.cursor() as visitor:
        visitor.execute("SELECT count(*) FROM booking_appointment")  # from here on the visitor sees nothing newer
        with desk.registry.cursor() as staff:
            desk.override(staff)
        with pytest.raises(errors.SerializationFailure):
            desk.hold(visitor)
        visitor.rollback()
    with pytest.raises(SlotTaken):
        desk.hold_as_a_page_does()
    assert desk.live() == [(False, "planned", desk.first), (True, "planned", desk.first)]


def test_override_under_way(desk):
    """C03, X01: a visitor who comes while the double booking is being written waits for it, and is refused."""
    from odoo.addons.appointment_booking.models.booking_appointment_hold import SlotTaken

    outcome = []

    def visit():
        try:
            outcome.append(desk.hold_as_a_page_does())
        except SlotTaken as refusal:
            outcome.append(refusal)

    with desk.registry.cursor() as staff:
        desk.override(staff)
        visitor = threading.Thread(target=visit, daemon=True)
        visitor.start()
        visitor.join(1)
        assert visitor.is_alive(), "the visitor does not wait"
    visitor.join(60)
    assert [type(one) for one in outcome] == [SlotTaken]
    assert desk.live() == [(False, "planned", desk.first), (True, "planned", desk.first)]


def test_visitor_first(desk):
    """C03, X01: a hold that is being written is waited for, and is not booked over unseen."""
    from odoo.exceptions import UserError

    outcome = []

    def override():
        try:
            with desk.registry.cursor() as staff:
                staff.execute("SELECT count(*) FROM booking_appointment")
                outcome.append(desk.override(staff))
        except UserError as refusal:
            outcome.append(refusal)

    with desk.registry.cursor() as visitor:
        desk.hold(visitor)
        staff = threading.Thread(target=override, daemon=True)
        staff.start()
        staff.join(1)
        assert staff.is_alive(), "the double booking does not wait"
    staff.join(60)
    assert [type(one) for one in outcome] == [UserError]
    assert desk.live() == [(False, "planned", desk.first), (False, "hold", desk.second)]
