from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .common import utc
from .message_common import MessageCase

ADMIN = "appointment_booking.group_booking_admin"
MANAGER = "appointment_booking.group_booking_manager"
START, STOP = "2026-03-04 08:00:00", "2026-03-04 09:00:00"


class AgendaCase(MessageCase):
    """An appointment of Ada on Tuesday at 9, in a team that Mona manages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.new_advisor("Boss", ADMIN)
        cls.mona = cls.new_advisor("Mona", MANAGER)
        cls.stranger = cls.new_advisor("Stranger", MANAGER)
        cls.clerk = new_test_user(cls.env, "clerk", groups="base.group_user")
        cls.team = cls.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(cls.mona.ids)],
                "member_ids": [Command.set((cls.ada | cls.bob).ids)],
            }
        )
        cls.env["booking.team"].create({"name": "Paris", "manager_ids": [Command.set(cls.stranger.ids)]})
        cls.type.team_ids = cls.team
        cls.appointment = cls.new_appointment()

    @classmethod
    def new_appointment(cls, user=None, start="2026-03-03 08:00:00", **values):
        return cls.env["booking.appointment"].create(
            {
                "type_id": cls.type.id,
                "agency_id": cls.agency.id,
                "user_id": (user or cls.ada).id,
                "start": start,
                "booker_name": "Anne Martin",
                "booker_email": "anne@example.com",
                "booker_phone": "+33612345678",
                **values,
            }
        )

    def as_seen_by(self, user, appointment=None, tz="Europe/Paris"):
        return (appointment or self.appointment).with_user(user).with_context(tz=tz, lang="en_US")

    def terms(self, start=START, stop=STOP, change="move", **values):
        span = (start, stop) if change == "move" else ()
        return self.as_seen_by(values.pop("user", self.mona), **values).get_change_terms(change, *span)


@tagged("post_install", "-at_install")
class TestAgendaTerms(AgendaCase):
    """C01: what the agenda says before a change is made."""

    def test_move(self):
        """C01: it asks by day and hour on the reader's clock, and names who is told and how."""
        terms = self.terms()
        self.assertEqual(terms["question"].replace("\u202f", " "), "Move to Wed, Mar 4, 9:00 AM?")
        self.assertEqual(terms["told"], ["Anne Martin is told by e-mail."])
        self.assertEqual(terms["also"], ["Ada is told by e-mail."])
        self.assertTrue(terms["can_tell"])
        self.assertFalse(terms["refusal"] or terms["note"])
        other_clock = self.terms(tz="America/New_York")["question"]
        self.assertEqual(other_clock.replace("\u202f", " "), "Move to Wed, Mar 4, 3:00 AM?")
        self.assertEqual(self.appointment.start, utc("2026-03-03 08:00"), "asking changes nothing")

    def test_lengthen(self):
        """C01: what becomes longer is asked by its end; moved and changed, by both."""
        longer = self.terms("2026-03-03 08:00:00", "2026-03-03 09:30:00")["question"]
        self.assertEqual(longer.replace("\u202f", " "), "Let it end at 10:30 AM instead of 10:00 AM?")
        both = self.terms(START, "2026-03-04 08:30:00")["question"]
        self.assertEqual(both.replace("\u202f", " "), "Move to Wed, Mar 4, 9:00 AM – 9:30 AM?")

    def test_who_is_told(self):
        """C01, B01: it promises what the type's messages and the known addresses will keep, and no more."""
        self.env["booking.notification"].create(
            {
                "type_id": self.type.id,
                "event": "modified",
                "recipient": "booker",
                "channel": "sms",
                "sms_template_id": self.env.ref("appointment_booking.sms_template_confirmation").id,
            }
        )
        self.assertEqual(self.terms()["told"], ["Anne Martin is told by e-mail and SMS."])
        self.appointment.booker_email = False
        self.assertEqual(self.terms()["told"], ["Anne Martin is told by SMS."])
        self.appointment.booker_phone = False
        self.assertEqual(self.terms()["told"], [])
        self.assertFalse(self.terms()["can_tell"])
        self.appointment.booker_email = "anne@example.com"
        self.notification("modified").active = False
        self.assertFalse(self.terms()["told"])

    def test_unusual_hour(self):
        """C01: an hour that visitors are not offered is allowed and said."""
        self.assertIn("not offered", self.terms("2026-03-04 18:00:00", "2026-03-04 19:00:00")["note"])

    def test_cancel_and_absence(self):
        """C01: cancelling says who is told; so does an absence, where the type tells of it."""
        terms = self.terms(change="cancel")
        self.assertEqual(
            (terms["told"], terms["also"]), (["Anne Martin is told by e-mail."], ["Ada is told by e-mail."])
        )
        self.assertEqual(self.terms(change="absent")["told"], [])
        self.type.with_context(active_test=False).notification_ids.filtered(lambda n: n.event == "absent").active = True
        self.assertEqual(self.terms(change="absent")["told"], ["Anne Martin is told by e-mail."])
        with freeze_time("2026-03-03 12:00:00"):
            self.assertEqual(self.terms(change="cancel")["told"], [], "nobody is told of what is over")
        with self.assertRaises(UserError):
            self.terms(change="unlink")

    def test_own_appointment(self):
        """C01: an appointment without a type is told as one without a type."""
        own = self.new_appointment(self.bob, type_id=False, agency_id=False, start="2026-03-03 13:00:00")
        terms = self.terms("2026-03-03 14:00:00", "2026-03-03 15:00:00", user=self.bob, appointment=own)
        self.assertEqual(terms["told"], ["Anne Martin is told by e-mail."])
        self.assertFalse(terms["refusal"] or terms["note"])


@tagged("post_install", "-at_install")
class TestAgendaMove(AgendaCase):
    """C01: dragging follows the rules of the form, and tells the same people."""

    def move(self, start=START, stop=STOP, user=None, appointment=None, **choices):
        self.as_seen_by(user or self.mona, appointment).action_move(start, stop, **choices)

    def test_moves_and_tells(self):
        """C01, A34: it moves, keeps where it was, and the booker gets the update and the advisor theirs."""
        self.move(shown_start="2026-03-03 08:00:00")
        self.assertEqual((self.appointment.start, self.appointment.stop), (utc(START), utc(STOP)))
        self.assertEqual(self.appointment.former_start, utc("2026-03-03 08:00"))
        self.assertFalse(self.appointment.move_count, "what staff move does not count")
        self.assertEqual(self.appointment.calendar_event_id.start, utc(START))
        self.assertIn("anne@example.com", self.mail_to_booker(self.appointment)[-1].email_to)
        self.assertTrue(self.messages(self.appointment, "modified", recipient="user"))

    def test_without_telling(self):
        """C01: with the tick off, the booker hears nothing; the advisor still does."""
        self.move(tell_booker=False)
        self.sweep()
        self.assertFalse(self.messages(self.appointment, "modified"))
        self.assertTrue(self.messages(self.appointment, "modified", recipient="user"))

    def test_lengthens(self):
        """C01: it becomes longer or shorter, and keeps the room of the gap after it."""
        self.move("2026-03-03 08:00:00", "2026-03-03 09:45:00")
        self.assertEqual((self.appointment.duration, self.appointment.busy_stop), (105, utc("2026-03-03 09:45")))
        self.assertFalse(self.appointment.former_start)
        self.move("2026-03-03 08:00:00", "2026-03-03 08:30:00")
        self.assertEqual(self.appointment.duration, 30)

    def assert_refused(self, words, start=START, stop=STOP, **choices):
        """The question and the deed refuse alike, and nothing is written."""
        before = self.appointment.start, self.appointment.stop
        self.assertIn(words, self.terms(start, stop)["refusal"])
        with self.assertRaisesRegex(UserError, words):
            self.move(start, stop, **choices)
        self.assertEqual((self.appointment.start, self.appointment.stop), before)

    def test_refusals(self):
        """C01: it does not move into the past, nor when it has begun, was held or cancelled."""
        self.assert_refused("in the past", "2026-03-01 08:00:00", "2026-03-01 09:00:00")
        with freeze_time("2026-03-03 08:30:00"):
            self.assert_refused("already begun")
        self.appointment.state = "done"
        self.assert_refused("Only a planned")
        self.appointment.state = "cancelled"
        self.assert_refused("Only a planned")

    def test_taken_advisor(self):
        """C01, X01: a taken advisor is refused with the hours, not with whose appointment it is."""
        self.new_appointment(start="2026-03-04 08:30:00", booker_name="Secret Person")
        self.assert_refused("Ada is taken from 9:30")
        self.assertEqual(
            self.terms()["refusal"].replace("\u202f", " "),
            "Ada is taken from 9:30 AM to 10:30 AM.",
            "whose it is stays untold",
        )
        self.move("2026-03-04 09:30:00", "2026-03-04 10:30:00")  # right after it

    def test_gap(self):
        """C01, A21: the gap after it must fit as well."""
        self.appointment.gap = 15
        self.new_appointment(start="2026-03-04 09:00:00")
        self.assert_refused("a gap of 15 minutes")

    def test_holds(self):
        """C01: an hour that a visitor is booking is taken; one that a visitor let go is free."""
        self.hold("2026-03-04 08:00:00", users=self.ada)
        self.assert_refused("is taken")
        with freeze_time("2026-03-02 20:00:00"):
            self.move()
        self.assertEqual(self.appointment.start, utc(START))

    def test_moved_meanwhile(self):
        """C01: who drags what somebody else has just moved is told so."""
        self.appointment.start = "2026-03-03 09:00:00"
        with self.assertRaisesRegex(UserError, "meanwhile"):
            self.move(shown_start="2026-03-03 08:00:00")

    def test_nonsense(self):
        """X04: what is no hour, or no span, is refused in words."""
        for start, stop in (("soon", STOP), (None, STOP), (START, False), (START, START), (STOP, START), ({}, STOP)):
            with self.subTest(start=start, stop=stop):
                with self.assertRaises(UserError):
                    self.terms(start, stop)
                with self.assertRaises(UserError):
                    self.move(start, stop)

    def test_rights(self):
        """C01, A01: who may change the appointment may drag it, nobody else may, nor ask about it."""
        allowed = {self.boss, self.mona, self.ada}
        for user in (self.boss, self.mona, self.ada, self.stranger, self.bob, self.clerk):
            with self.subTest(user=user.login):
                if user in allowed:
                    self.assertTrue(self.terms(user=user)["question"])
                    self.assertTrue(self.as_seen_by(user).can_change)
                    self.move(user=user)
                    self.appointment.start = "2026-03-03 08:00:00"
                    continue
                with self.assertRaises(AccessError):
                    self.terms(user=user)
                with self.assertRaises(AccessError):
                    self.move(user=user)
        self.assertEqual(self.appointment.start, utc("2026-03-03 08:00"))

    def test_may_look_only(self):
        """C01: what one may only look at is marked as such, so that the agenda does not let go of it."""
        rule = {"name": "look", "model_id": self.env["ir.model"]._get_id("booking.appointment"), "domain_force": "[]"}
        group = self.env["res.groups"].create({"name": "Lookers"})
        only_read = {"perm_write": False, "perm_create": False, "perm_unlink": False}
        self.env["ir.rule"].create({**rule, **only_read, "groups": [Command.set(group.ids)]})
        self.bob.group_ids += group
        seen = self.as_seen_by(self.bob)
        self.assertEqual(seen.booker_name, "Anne Martin")
        self.assertFalse(seen.can_change)


@tagged("post_install", "-at_install")
class TestAgendaSpeed(AgendaCase):
    """C01, X03: the agenda opens as quickly with many appointments."""

    def open_week(self):
        """Return ``(appointments, queries)`` of one week, read as the calendar reads it."""
        self.env.flush_all()
        self.env.invalidate_all()
        appointments = self.env["booking.appointment"].with_user(self.mona)
        domain = [
            ("state", "!=", "hold"),
            ("state", "in", ("planned", "done")),
            ("start", "<=", "2026-03-08 22:59:59"),
            ("stop", ">=", "2026-03-01 23:00:00"),
        ]
        before = self.cr.sql_log_count
        found = appointments.search_read(domain, self.names)
        return found, self.cr.sql_log_count - before

    def add_many(self, count, minutes):
        """Copy the appointment ``count`` times around the week, ``minutes`` apart, without the ORM."""
        self.env.flush_all()
        own = {"id", "start", "stop", "busy_stop", "access_token"}
        columns = self.env.registry["booking.appointment"]._fields.values()
        same = [field.name for field in columns if field.store and field.column_type and field.name not in own]
        names = SQL(", ").join(map(SQL.identifier, same))
        first = utc("2026-03-09 08:00")
        start = SQL("%s::timestamp - n * interval '1 minute' * %s", first, minutes)
        stop = SQL("%s + interval '20 minutes'", start)
        self.cr.execute(
            SQL(
                """INSERT INTO booking_appointment (start, stop, busy_stop, %s)
                    SELECT %s, %s, %s, %s FROM booking_appointment, generate_series(1, %s) n WHERE id = %s""",
                names,
                start,
                stop,
                stop,
                names,
                count,
                self.appointment.id,
            )
        )
        self.cr.execute("ANALYZE booking_appointment")

    def test_query_count(self):
        """C01, X03: a week takes the same few queries with 20 000 appointments, and finds its own by an index."""
        view = self.env["booking.appointment"].with_user(self.mona).get_view(view_type="calendar")
        nodes = etree.fromstring(view["arch"]).iterfind(".//field")
        self.names = ["display_name", "start", "stop", *(node.get("name") for node in nodes)]
        self.open_week()  # what Odoo keeps in mind from the first time
        found, few = self.open_week()
        self.assertEqual(len(found), 1)
        self.appointment.start = "2026-03-20 08:00:00"  # out of the way of its copies
        self.add_many(20000, 100)
        found, many = self.open_week()
        self.assertGreater(len(found), 90)
        self.assertTrue(all(row["can_change"] for row in found))
        self.assertEqual(many, few)
        self.assertLess(few, 15)
        self.cr.execute(
            "EXPLAIN SELECT id FROM booking_appointment WHERE state IN ('planned', 'done')"
            " AND start <= '2026-03-08 22:59:59' AND stop >= '2026-03-01 23:00:00'"
        )
        plan = " ".join(line for (line,) in self.cr.fetchall())
        # from version 18 on, PostgreSQL may prefer the index by type and end, which it can skip through
        self.assertRegex(plan, r"Index Scan .* booking_appointment_(stop_start|type_stop)_index")
        self.assertRegex(plan, r"Index Cond: \(+stop >=")
