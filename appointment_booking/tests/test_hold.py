from freezegun import freeze_time
from psycopg2 import errors

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.appointment_booking.models.booking_appointment_hold import HoldExpired, SlotTaken

from .common import BookingCase, utc


@tagged("post_install", "-at_install")
class TestHold(BookingCase):
    def test_hold_takes_the_slot(self):
        """A31: a chosen slot is held for ten minutes and is not offered meanwhile."""
        hold = self.hold("2026-03-03 08:00")
        self.assertEqual((hold.state, hold.user_id, hold.hold_until), ("hold", self.ada, utc("2026-03-02 08:10")))
        self.assertEqual(self.slots()["08:00"], ["Bob"])
        self.assertFalse(hold.calendar_event_id)
        self.assertFalse(self.env["mail.mail"].search([("model", "=", hold._name), ("res_id", "=", hold.id)]))

    def test_last_one(self):
        """A31, X01: when all advisors are held, the next visitor is told so."""
        self.hold("2026-03-03 08:00", "one")
        self.hold("2026-03-03 08:00", "two")
        with self.assertRaises(SlotTaken):
            self.hold("2026-03-03 08:00", "three")
        self.assertNotIn("08:00", self.slots())

    def test_second_hold_replaces_the_first(self):
        """A31: one browser holds one slot, also when the second overlaps the first."""
        self.type.slot_step = 30
        first = self.hold("2026-03-03 08:00", "me")
        second = self.hold("2026-03-03 08:30", "me")
        self.assertFalse(first.exists())
        self.assertEqual(second.user_id, self.ada)
        self.assertEqual(self.slots()["08:00"], ["Bob"])

    def test_lost_slot_keeps_the_former_hold(self):
        """A31: who fails to get another slot keeps the one they have."""
        mine = self.hold("2026-03-03 08:00", "me")
        self.hold("2026-03-03 09:00", "one")
        self.hold("2026-03-03 09:00", "two")
        with self.assertRaises(SlotTaken):
            self.hold("2026-03-03 09:00", "me")
        self.assertTrue(mine.exists())

    def test_expired_hold_makes_room(self):
        """A31: an expired hold is offered again, and goes when somebody needs the room."""
        self.type.advisor_ids[1].unlink()
        late = self.hold("2026-03-03 08:00", "late")
        self.assertNotIn("08:00", self.slots())
        with freeze_time("2026-03-02 08:10:00"):
            self.assertIn("08:00", self.slots())
            self.assertTrue(self.hold("2026-03-03 08:00", "next"))
            self.assertFalse(late.exists())

    def test_expired_hold_is_not_confirmed(self):
        """A31: the form sent after the end books nothing."""
        hold = self.hold("2026-03-03 08:00")
        with freeze_time("2026-03-02 08:10:00"), self.assertRaises(HoldExpired):
            hold._confirm(self.booker(), [])
        self.assertEqual(hold.state, "hold")

    def test_release_and_resume(self):
        """A31: leaving gives the slot back in a moment, coming back at once keeps the first end."""
        hold = self.hold("2026-03-03 08:00")
        hold._release_soon()
        self.assertEqual(hold.hold_until, utc("2026-03-02 08:00:20"))
        self.env.cr.execute("UPDATE booking_appointment SET create_date = '2026-03-02 08:00' WHERE id = %s", [hold.id])
        hold.invalidate_recordset()
        hold._resume_hold()
        self.assertEqual(hold.hold_until, utc("2026-03-02 08:10"))
        hold._release()
        self.assertFalse(hold.exists())

    def test_confirmed_is_never_released(self):
        """A31, X04: the link of a hold cannot undo the appointment that came of it."""
        appointment = self.book("2026-03-03 08:00")
        appointment._release_soon()
        appointment._release()
        self.assertEqual(appointment.state, "planned")
        with self.assertRaises(HoldExpired):
            appointment._confirm(self.booker(), [])

    def test_vacuum(self):
        """A31: expired holds that nobody needs the room of go with the daily clean-up; others stay."""
        old, booked = self.hold("2026-03-03 08:00", "old"), self.book("2026-03-03 09:00", "booked")
        with freeze_time("2026-03-02 08:30:00"):
            fresh = self.hold("2026-03-03 10:00", "fresh")
            self.env["booking.appointment"]._gc_expired_holds()
        self.assertEqual((old | booked | fresh).exists(), booked | fresh)

    def test_only_offered_slots(self):
        """X04: invented, past, too early and too late slots, and foreign choices, are not held."""
        stranger = self.new_advisor("Stranger")
        elsewhere = self.agency.copy({"name": "Elsewhere"})
        self.mornings.agency_id = self.agency
        for start, choices in (
            ("2026-03-03 08:01", {}),
            ("2026-03-03 15:00", {}),
            ("2026-03-01 08:00", {}),
            ("2027-03-03 08:00", {}),
            ("2026-03-03 08:00", {"users": stranger}),
            ("2026-03-03 08:00", {"agency": elsewhere}),
        ):
            with self.assertRaises(SlotTaken, msg=f"{start} {choices}"):
                self.hold(start, **choices)

    def test_chosen_advisor(self):
        """A20: among the advisors that the visitor chose."""
        self.assertEqual(self.hold("2026-03-03 08:00", users=self.bob).user_id, self.bob)

    def test_daily_maximum_counts_holds(self):
        """A04, X01: a hold uses up the daily maximum: nobody is told afterwards that the day was full."""
        self.type.max_per_day = 1
        self.hold("2026-03-03 08:00", "one")
        self.assertEqual(self.hold("2026-03-03 09:00", "two").user_id, self.bob)
        with self.assertRaises(SlotTaken):
            self.hold("2026-03-03 10:00", "three")


@tagged("post_install", "-at_install")
class TestNoDoubleBooking(BookingCase):
    def insert(self, start, **values):
        values = {"user_id": self.ada.id, "start": start, "type_id": self.type.id, **values}
        return self.env["booking.appointment"].create(values)

    def assertRefused(self, start, **values):
        with (
            self.assertRaises(errors.ExclusionViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.insert(start, **values).flush_recordset()

    def test_constraint(self):
        """X01: PostgreSQL refuses the overlap, whatever wrote it, and lets neighbours touch."""
        self.insert("2026-03-03 08:00:00")
        self.assertRefused("2026-03-03 08:00:00")
        self.assertRefused("2026-03-03 08:30:00")
        self.assertRefused("2026-03-03 07:30:00")
        self.assertRefused("2026-03-03 08:30:00", state="done")
        self.assertRefused("2026-03-03 08:30:00", state="hold", hold_until="2026-03-02 08:10:00")
        self.insert("2026-03-03 09:00:00")
        self.insert("2026-03-03 07:00:00")
        self.insert("2026-03-03 08:00:00", user_id=self.bob.id)
        self.insert("2026-03-03 08:00:00", state="cancelled")

    def test_gap_is_part_of_it(self):
        """X01, A04: the gap after an appointment is protected as well."""
        self.type.gap = 15
        self.insert("2026-03-03 08:00:00")
        self.assertRefused("2026-03-03 09:00:00")
        self.insert("2026-03-03 09:15:00")

    def test_reopening_needs_room(self):
        """X01: a cancelled appointment whose slot was given away cannot come back."""
        first = self.book("2026-03-03 08:00")
        first.action_cancel()
        self.book("2026-03-03 08:00", visitor_key="next")
        with (
            self.assertRaises(errors.ExclusionViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            first.action_reopen()
            first.flush_recordset()

    def test_index_serves_the_slots(self):
        """X03: the appointments of a window come from the index of the constraint."""
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            """
            EXPLAIN SELECT id FROM booking_appointment
             WHERE user_id = 1 AND tsrange(start, busy_stop) && tsrange('2026-03-01', '2026-03-08')
               AND state IN ('hold', 'planned', 'done')
            """
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("booking_appointment_taken_index", plan)
