from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import utc
from .test_desk import OUTSIDE, DeskCase

# On Tuesday the advisors see people from 9 to 12 in Paris.
INSIDE, EVENING = "2026-03-03 09:00:00", "2026-03-03 17:00:00"


@tagged("post_install", "-at_install")
class TestOutside(DeskCase):
    """C03: who may book outside availability, whichever way an appointment is entered or moved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.appointment = cls.env["booking.appointment"].create(
            {
                "type_id": cls.type.id,
                "agency_id": cls.agency.id,
                "user_id": cls.ada.id,
                "start": "2026-03-03 08:00:00",
                "booker_name": "Anne Martin",
                "booker_email": "anne@example.net",
            }
        )

    def enter(self, user=None, **values):
        user = user or self.ada
        values = {"type_id": self.type.id, "user_id": user.id, "agency_id": self.agency.id, **values}
        return self.env["booking.appointment"].with_user(user).create(values)

    def refused(self, words, deed, error=UserError):
        with self.assertRaisesRegex(error, words), self.env.cr.savepoint():
            deed()
        self.env.invalidate_all()

    def own(self, user=None):
        return self.appointment.with_user(user or self.ada)

    def notes(self, appointment):
        return appointment.message_ids.filtered(lambda message: "outside availability" in (message.body or ""))

    def test_enter(self):
        """C03: without the right one enters at hours of availability alone, and reads what is wrong and who may."""
        self.assertTrue(self.enter(start=INSIDE))
        self.refused("Ada has no booking hours at Lyon at that time.*a manager", lambda: self.enter(start=EVENING))
        self.refused("no booking hours", lambda: self.enter(start="2026-03-03 10:30:00"))  # ends after noon
        self.new_event(self.ada, "2026-03-04 08:30:00", "2026-03-04 09:00:00")
        self.refused("Ada is busy at that time", lambda: self.enter(start="2026-03-04 08:00:00"))
        self.assertTrue(self.enter(start="2026-03-04 09:00:00"))
        self.refused("too close", lambda: self.enter(start="2026-03-04 10:05:00", stop="2026-03-04 10:30:00", gap=30))
        held = {"start": EVENING, "state": "done"}
        self.refused("no booking hours", lambda: self.enter(**held))
        self.assertTrue(self.enter(**dict(held, start="2026-02-24 17:00:00")), "what has been is written down")

    def test_own_appointments(self):
        """C03, O03: an appointment without a type is one's own, at any hour."""
        self.assertTrue(self.enter(type_id=False, start=EVENING))

    def test_change(self):
        """C03: nor does one move, lengthen, or turn an appointment to where the advisor cannot be booked."""
        elsewhere = self.agency.copy({"name": "Bron"})
        afternoons = self.new_type("Savings", self.ada)
        self.open_hours(self.ada, (14, 17), type_ids=[Command.set(afternoons.ids)])
        self.mornings.type_ids = self.type
        self.mornings.agency_id = self.agency
        for values in (
            {"start": EVENING},
            {"stop": "2026-03-03 11:30:00"},
            {"agency_id": elsewhere.id},
            {"type_id": afternoons.id},
        ):
            with self.subTest(values=values):
                self.refused("no booking hours", lambda values=values: self.own().write(values))
        self.own().write({"start": INSIDE, "stop": "2026-03-03 10:30:00"})
        self.own().write({"booker_name": "Anne", "start": INSIDE})

    def test_what_was_allowed_stays(self):
        """C03: an appointment that is outside availability is worked on, becomes shorter, and is reopened as it was."""
        self.appointment.write({"start": EVENING, "stop": "2026-03-03 18:00:00"})
        self.own().write({"booker_phone": "1", "start": EVENING})
        self.own().stop = "2026-03-03 17:30:00"
        self.refused("no booking hours", lambda: self.own().write({"stop": "2026-03-03 18:00:00"}))
        self.own().action_cancel()
        self.ada.group_ids += self.env.ref("appointment_booking.group_booking_reopen")
        self.refused("no booking hours", lambda: self.own().action_reopen())
        self.appointment.with_user(self.manager).action_reopen()
        self.assertEqual(self.appointment.state, "planned")

    def test_with_the_right(self):
        """C03: with the right any hour is taken; the reason is kept and told in the chatter until it moves on."""
        boss = self.own(self.manager)
        boss.write({"start": EVENING, "stop": "2026-03-03 18:00:00", "outside_reason": "Works all day"})
        self.assertEqual(boss.outside_reason, "Works all day")
        note = self.notes(boss)
        self.assertIn("no booking hours", note.body)
        self.assertIn("Works all day", note.body)
        self.assertEqual(note.author_id, self.manager.partner_id)
        boss.write({"start": "2026-03-03 08:00:00", "stop": "2026-03-03 09:00:00"})
        self.assertFalse(boss.outside_reason)
        boss.write({"start": INSIDE, "stop": "2026-03-03 10:00:00", "outside_reason": "Typed before"})
        self.assertFalse(boss.outside_reason, "it is an hour like any other")
        self.assertEqual(len(self.notes(boss)), 1)
        self.refused("says why", lambda: self.own().write({"outside_reason": "Because"}), AccessError)
        self.refused("says why", lambda: self.enter(start=EVENING, outside_reason="Because"), AccessError)
        self.ada.group_ids += self.env.ref(OUTSIDE)
        self.assertEqual(self.enter(start=EVENING, outside_reason="Because").outside_reason, "Because")

    def test_visitors(self):
        """C03: the booker's own way is the type's; their move leaves no reason of staff behind."""
        self.appointment.write({"start": EVENING, "stop": "2026-03-03 18:00:00", "outside_reason": "Works all day"})
        self.type.write({"allow_move": True})
        self.appointment.with_user(self.env.ref("base.public_user")).sudo()._move(utc(INSIDE), self.agency)
        self.assertEqual((self.appointment.start, self.appointment.outside_reason), (utc(INSIDE), False))

    def test_form(self):
        """C03: the form says what is wrong before it is saved; who has the right is asked for the reason, once."""
        form = Form(self.own())
        form.start = EVENING
        self.assertIn("Ada has no booking hours", form.outside_says)
        self.refused("Choose another hour", form.save)
        with self.assertRaisesRegex(AssertionError, "required"), Form(self.own(self.manager)) as form:
            form.start = EVENING
        with Form(self.own(self.manager)) as form:
            form.start = EVENING
            form.outside_reason = "Works all day"
        self.assertEqual(self.appointment.outside_reason, "Works all day")
        with Form(self.own(self.manager)) as form:
            self.assertFalse(form.outside_says)
            form.booker_name = "Anne"
        self.assertEqual(self.appointment.outside_reason, "Works all day")
        with Form(self.own(self.manager)) as form:
            form.user_id = self.bob
            self.assertIn("Bob has no booking hours", form.outside_says)
            form.start = INSIDE
            self.assertFalse(form.outside_says)

    def test_agenda(self):
        """C01, C03: the agenda tells beforehand, refuses without the right, and asks for the reason with it."""
        span = (EVENING, "2026-03-03 18:00:00")
        self.assertIn("no booking hours", self.own().get_change_terms("move", *span)["refusal"])
        self.refused("no booking hours", lambda: self.own().action_move(*span))
        self.refused("no booking", lambda: self.own().action_move("2026-03-03 08:00:00", "2026-03-03 11:30:00"))
        terms = self.own(self.manager).get_change_terms("move", *span)
        self.assertFalse(terms["refusal"])
        self.assertIn("Ada has no booking hours", terms["outside"])
        self.own(self.manager).action_move(*span, outside_reason="Works all day")
        self.assertEqual(self.appointment.outside_reason, "Works all day")
        self.assertFalse(self.own().get_change_terms("move", INSIDE, "2026-03-03 10:00:00")["outside"])
        self.own().action_move(INSIDE, "2026-03-03 10:00:00")
        self.assertFalse(self.appointment.outside_reason)

    def test_calendar(self):
        """C03, C04: a move in the calendar follows the same rules: refused by hand, put back by a synchronisation."""
        event, evening = self.appointment.calendar_event_id, {"start": EVENING, "stop": "2026-03-03 18:00:00"}
        self.refused("no booking hours", lambda: event.with_user(self.ada).write(evening))
        event.with_user(self.ada).sudo().with_context(dont_notify=True).write(evening)
        self.assertEqual((event.start, self.appointment.start), (utc("2026-03-03 08:00"),) * 2)
        self.assertIn("Ada has no booking hours", self.appointment.activity_ids.note)
        self.ada.group_ids += self.env.ref(OUTSIDE)
        event.with_user(self.ada).sudo().with_context(dont_notify=True).write(evening)
        self.assertEqual((event.start, self.appointment.start), (utc(EVENING),) * 2)
        self.assertEqual(self.appointment.outside_reason, "Moved in the calendar")

    def test_windows(self):
        """C02, C03: the reason that is given in the windows of booking and reassigning is kept."""
        desk = self.desk(any_hour=True, start=EVENING, user_id=self.ada.id, outside_reason="Works all day")
        self.assertEqual(self.booked(desk).outside_reason, "Works all day")
        desk = self.desk(any_hour=True, start="2026-03-05 08:00:00", user_id=self.ada.id, outside_reason="Works")
        self.assertFalse(self.booked(desk).outside_reason)
        self.new_event(self.bob, "2026-03-03 08:00:00", "2026-03-03 09:00:00")
        wizard = self.env["booking.reassign"].with_user(self.manager)
        wizard = wizard.create({"appointment_id": self.appointment.id, "user_id": self.bob.id, "outside_reason": "Ill"})
        self.assertEqual(wizard.standing, "busy")
        wizard.action_reassign()
        self.assertEqual((self.appointment.user_id, self.appointment.outside_reason), (self.bob, "Ill"))

    def test_queries(self):
        """X03: many appointments are looked at by as many queries as one."""
        counts = []
        for hours in (["08"], ["09", "10"]):
            appointments = (
                self.env["booking.appointment"]
                .with_user(self.ada)
                .create(
                    [
                        {"type_id": self.type.id, "user_id": self.ada.id, "start": f"2026-03-{day:02} {hour}:00:00"}
                        for day in range(9, 14)
                        for hour in hours
                    ]
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(set(appointments._look_at_placings().values()), {"free"})
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            appointments._look_at_placings()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestClickedHour(DeskCase):
    """C01, C03: what becomes of the hour that was clicked in the agenda."""

    def open_desk(self, user, hour, **defaults):
        desks = self.env["booking.desk"].with_user(user)
        return Form(desks.with_context(default_start=hour, **defaults))

    def test_free(self):
        """C01: a free hour is chosen as soon as the type is known, with the advisor whom the agenda shows."""
        form = self.open_desk(self.manager, INSIDE, default_asked_user_id=self.bob.id)
        form.type_id = self.type
        self.assertEqual((form.start, form.user_id, form.any_hour), (utc(INSIDE), self.bob, False))

    def test_not_free(self):
        """C01, C03: with the right the hour is taken all the same; without it, one reads so and sees the week."""
        form = self.open_desk(self.manager, EVENING)
        form.type_id = self.type
        self.assertEqual((form.start, form.any_hour), (utc(EVENING), True))
        form.any_hour = False
        self.assertFalse(form.start)
        self.assertIn("is not free", form.clicked_says)
        form.any_hour = True
        self.assertEqual(form.start, utc(EVENING))
        form = self.open_desk(self.ada, EVENING, default_asked_user_id=self.bob.id)
        form.type_id = self.type
        self.assertFalse(form.start or form.any_hour or form.asked_user_id)
        self.assertIn("is not free", form.clicked_says)
        self.assertTrue(form.week["days"])
