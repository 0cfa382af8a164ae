from email.utils import parseaddr
from unittest.mock import ANY

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import utc
from .message_common import MessageCase

MANAGER = "appointment_booking.group_booking_manager"


@tagged("post_install", "-at_install")
class TestEvents(MessageCase):
    def told(self, appointment):
        """Return ``[(event, address)]`` of what was queued or is to be, in the order in which it was written down."""
        live = appointment.message_log_ids.filtered(lambda message: message.state == "queued").sorted("id")
        return [(message.event, message.address) for message in live]

    def test_defaults_of_a_new_type(self):
        """A60: a new type tells the booker and the advisor what happens, and has SMS and more ready, switched off."""
        ours = self.type.notification_ids.filtered(
            lambda n: n._get_template().get_external_id().popitem()[1].startswith("appointment_booking.")
        )
        on = {(n.event, n.recipient, n.channel) for n in ours if n.active}
        self.assertEqual(
            on,
            {
                ("booked", "booker", "email"),
                ("modified", "booker", "email"),
                ("cancelled", "booker", "email"),
                ("before", "booker", "email"),
                ("assigned", "advisor", "email"),
                ("modified", "advisor", "email"),
                ("cancelled", "advisor", "email"),
                ("released", "advisor", "email"),
            },
        )
        self.assertEqual(
            set(ours.mapped("event")),
            {
                "booked",
                "modified",
                "cancelled",
                "before",
                "after",
                "absent",
                "assigned",
                "released",
                "invited",
                "removed",
                "held",
            },
        )
        copy = self.type.copy()
        self.assertEqual(len(copy.notification_ids), len(self.type.notification_ids))

    def test_booking_tells_booker_and_advisor(self):
        """A60, C04: booking tells the booker and the advisor; the advisor's e-mail invites their calendar."""
        appointment = self.book("2026-03-03 08:00")
        self.assertEqual(
            self.told(appointment), [("booked", "anne.martin@example.com"), ("assigned", "ada@example.com")]
        )
        self.assertFalse(self.mails(appointment), "nothing is filled in, let alone sent, while the booker waits")
        self.sweep()
        mail = self.mail(self.messages(appointment, "assigned", recipient="user"))
        self.assertEqual(parseaddr(mail.email_to), ("Ada", "ada@example.com"))
        entry = mail.attachment_ids.raw.replace(b"\r\n ", b"")
        self.assertIn(b"METHOD:REQUEST", entry)
        self.assertIn(b"ORGANIZER;CN=", entry)
        self.assertIn(b"mailto:bank@example.com", entry, "nobody is invited by themselves")
        self.assertIn(b"mailto:ada@example.com", entry)

    def test_synchronised_advisor_gets_no_second_entry(self):
        """C04: whose calendar Odoo keeps in step gets the e-mail without an invitation."""

        def has_synchronization(user):
            return user == self.ada

        self.patch(self.env.registry["res.users"], "_has_any_active_synchronization", has_synchronization)
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        mail = self.mail(self.messages(appointment, "assigned", recipient="user"))
        self.assertFalse(mail.attachment_ids)

    def test_moved_by_staff(self):
        """A60, A61: what staff move is told to booker and advisor, and brings their calendars up to date."""
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        appointment.with_user(self.ada).start = "2026-03-03 09:00:00"
        self.sweep()
        mail = self.mail(self.messages(appointment, "modified"))
        self.assertIn("Changed", mail.subject)
        self.assertIn("10:00", mail.subject)
        self.assertIn(b"SEQUENCE:1", mail.attachment_ids.raw)
        self.assertTrue(self.messages(appointment, "modified", recipient="user"))

    def test_staff_may_tell_themselves(self):
        """A60: where staff say not to tell the booker, only colleagues hear of it."""
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        appointment.with_user(self.ada).write({"start": "2026-03-03 09:00:00", "tell_booker": False})
        self.assertFalse(self.messages(appointment, "modified"))
        self.assertTrue(self.messages(appointment, "modified", recipient="user"))
        self.assertTrue(appointment.tell_booker, "it is asked each time")

    def test_entered_by_staff(self):
        """A60: an appointment entered by staff is confirmed, unless they take the tick off."""
        values = {"type_id": self.type.id, "agency_id": self.agency.id, "booker_email": "zoe@example.com"}
        for start, tell in (("2026-03-03 08:00:00", True), ("2026-03-04 08:00:00", False)):
            form = Form(self.env["booking.appointment"].with_user(self.ada))
            for name, value in {**values, "start": start}.items():
                record = {"type_id": self.type, "agency_id": self.agency}.get(name)
                setattr(form, name, record.with_user(self.ada) if record else value)
            self.assertTrue(form.tell_booker)
            form.tell_booker = tell
            appointment = form.save()
            self.assertEqual(bool(self.messages(appointment.sudo(), "booked")), tell)
            self.assertTrue(self.messages(appointment.sudo(), "assigned", recipient="user"))

    def test_imported_appointments_tell_nobody(self):
        """A60: a list of appointments that is imported does not write to everybody on it."""
        appointment = (
            self.env["booking.appointment"]
            .with_user(self.ada)
            .with_context(import_file=True)
            .create({"type_id": self.type.id, "start": "2026-03-03 08:00:00", "booker_email": "zoe@example.com"})
        )
        self.assertFalse(self.messages(appointment.sudo(), "booked"))

    def test_past_is_not_told(self):
        """A60: nobody is told of changes to what is over."""
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        with freeze_time("2026-03-03 10:00:00"):
            appointment.action_cancel()
            self.assertFalse(self.messages(appointment, "cancelled"))

    def test_given_to_another_advisor(self):
        """A60, C04: the new advisor is invited, the former one's calendar is cleared."""
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        appointment.user_id = self.bob
        self.sweep()
        released = self.messages(appointment, "released", recipient="user")
        self.assertEqual(released.address, "ada@example.com")
        self.assertIn(b"METHOD:CANCEL", self.mail(released).attachment_ids.raw)
        self.assertIn("No longer yours", self.mail(released).subject)
        self.assertIn(f"UID:advisor-{self.ada.id}-".encode(), self.mail(released).attachment_ids.raw)
        assigned = self.messages(appointment, "assigned", recipient="user")[-1]
        self.assertEqual(assigned.address, "bob@example.com")
        self.assertIn(b"METHOD:REQUEST", self.mail(assigned).attachment_ids.raw)

    def test_marked_as_absent(self):
        """A60: whoever is marked as a no-show hears of it once, where the type says so."""
        self.notification("absent")
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        with freeze_time("2026-03-03 09:30:00"):
            appointment.action_done()
            appointment.attendance = "absent"
            appointment.attendance = "absent"
            self.sweep()
        (mail,) = self.mail(self.messages(appointment, "absent"))
        self.assertIn("We missed you", mail.subject)

    def test_team(self):
        """A60: messages to the team go to the managers of the type's teams, one each."""
        managers = self.new_advisor("Manager", MANAGER) | self.new_advisor("Deputy", MANAGER)
        self.type.team_ids = self.env["booking.team"].create(
            {"name": "Lyon", "manager_ids": [Command.set(managers.ids)], "member_ids": [Command.set(self.ada.ids)]}
        )
        self.notification("booked", "team")
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        messages = self.messages(appointment, "booked", recipient="user")
        self.assertEqual(set(messages.mapped("address")), {"manager@example.com", "deputy@example.com"})
        self.assertFalse(self.mail(messages).attachment_ids, "it is not their appointment")

    def test_one_message_of_two_changes(self):
        """A60: two changes before the sweep make one message, with what holds now; a later one makes another."""
        appointment = self.book("2026-03-03 08:00")
        appointment.with_user(self.ada).start = "2026-03-03 09:00:00"
        self.assertFalse(self.messages(appointment, "modified"), "the confirmation will say it")
        self.sweep()
        self.assertIn("10:00", self.mail(self.messages(appointment, "booked")).subject)
        for start in ("2026-03-03 10:00:00", "2026-03-04 08:00:00"):
            appointment.with_user(self.ada).start = start
        self.assertEqual(len(self.messages(appointment, "modified")), 1)
        self.sweep()
        appointment.with_user(self.ada).start = "2026-03-04 09:00:00"
        self.assertEqual(len(self.messages(appointment, "modified")), 2, "also within the same second")

    def test_cancelled_before_the_confirmation_left(self):
        """A62: what is no longer so is not sent any more, be it unwritten, or waiting in Odoo's queue."""
        unwritten, waiting = self.book("2026-03-03 08:00"), self.book("2026-03-03 09:00", visitor_key="b")
        unwritten.action_cancel()
        self.sweep()
        mail = self.mail(self.messages(waiting, "booked"))
        waiting.action_cancel()
        self.assertEqual(mail.state, "cancel")
        self.sweep()
        for appointment in (unwritten, waiting):
            self.assertEqual(self.messages(appointment, "booked").state, "cancelled")
            self.assertEqual(self.messages(appointment, "cancelled").state, "queued")

    def test_appointment_without_a_type(self):
        """A60: appointments without a type have messages of their own."""
        appointment = self.env["booking.appointment"].with_user(self.ada)
        appointment = appointment.create({"start": "2026-03-03 08:00:00", "booker_email": "zoe@example.com"}).sudo()
        self.sweep()
        self.assertEqual(self.messages(appointment, "booked").state, "queued")
        self.assertFalse(self.messages(appointment, "assigned", recipient="user"))

    def test_without_address(self):
        """A63: where no address is known, the log says so, and nothing waits."""
        self.notification("booked", channel="sms")
        appointment = self.book("2026-03-03 08:00", booker=self.booker(email=False, phone=False))
        messages = self.messages(appointment, "booked")
        self.assertEqual(set(messages.mapped("state")), {"cancelled"})
        self.assertEqual(set(messages.mapped("reason")), {"No e-mail address is known.", "No phone number is known."})

    def test_broken_template_fails_alone(self):
        """A62, A63: a template that cannot be filled in for one appointment fails there, with its reason."""
        good, bad = self.book("2026-03-03 08:00"), self.book("2026-03-03 09:00", visitor_key="b")
        template = self.notification("booked").mail_template_id
        # What depends on the appointment shows only when it is sent.
        self.env.cr.execute(
            "UPDATE mail_template SET subject = %s WHERE id = %s",
            ['{"en_US": "{{ 1 / (object.start.hour - 9) }}"}', template.id],
        )
        template.invalidate_recordset()
        self.sweep()
        self.assertEqual(self.mail(self.messages(good, "booked")).subject, "-1.0")
        failed = self.messages(bad, "booked")
        self.assertEqual((failed.state, failed.cause), ("failed", "broken"))
        self.assertIn("division by zero", failed.reason)

    def test_template_of_appointments(self):
        """A61: a notification takes a template of its channel, and only one for appointments."""
        other = self.env["mail.template"].create(
            {"name": "Other", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        for values in ({"mail_template_id": other.id}, {"channel": "sms"}, {"mail_template_id": False}):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.notification("booked").write(values)
        self.notification("booked").mail_template_id.unlink()
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        self.assertEqual(self.messages(appointment, "booked").cause, "no_template")


@tagged("post_install", "-at_install")
class TestLog(MessageCase):
    """A63: the log follows what Odoo knows of each message."""

    def setUp(self):
        super().setUp()
        self.appointment = self.book("2026-03-04 08:00")
        self.sweep()
        self.message = self.messages(self.appointment, "booked")
        self.notice = self.message.mail_notification_id

    def fail(self, failure_type, reason=""):
        """Do what Odoo's queue does when a server did not take an e-mail."""
        mail = self.notice.mail_mail_id
        mail.write({"state": "exception", "failure_reason": reason})
        mail._postprocess_sent_message([], [], failure_reason=reason, failure_type=failure_type)

    def test_sent(self):
        """A63: sent, and the e-mail stays readable on the appointment after the queue was tidied."""
        mail = self.notice.mail_mail_id
        mail.write({"state": "sent"})
        mail._postprocess_sent_message([], [])
        self.assertEqual(self.message.state, "sent")
        self.assertFalse(mail.exists())
        self.assertIn(self.message.mail_message_id, self.appointment.message_ids)
        self.assertEqual(self.message.mail_message_id.attachment_ids.mapped("name"), ["appointment.ics"])
        with self.assertRaises(AccessError):
            self.message.with_user(self.bob).read(["state"])

    def test_server_down_for_an_hour(self):
        """A62: what a server did not take is tried again, later and later; the same e-mail, not a second one."""
        mail = self.notice.mail_mail_id
        waits = []
        with freeze_time("2026-03-02 08:00:00") as clock:
            while len(waits) < 5:
                self.fail("mail_smtp", "Connection refused")
                self.assertEqual(self.message.state, "queued")
                self.assertIn("It will be tried again", self.message.reason)
                waits.append(0)
                while mail.state == "exception":
                    self.sweep()
                    clock.tick(60)
                    waits[-1] += 1
            mail.write({"state": "sent"})
            mail._postprocess_sent_message([], [])
        self.assertEqual(waits, [3, 6, 11, 21, 31])
        self.assertEqual(self.message.state, "sent")
        self.assertEqual(len(self.messages(self.appointment, "booked")), 1)
        self.assertEqual(self.message.mail_notification_id, self.notice)

    def test_gives_up_visibly(self):
        """A62, A63: after some hours a message fails, with the reason; it can be sent again by hand."""
        with freeze_time("2026-03-02 08:00:00") as clock:
            for _hours in range(10):
                self.fail("unknown", "451 come back later")
                for _quarter in range(4):
                    clock.tick(15 * 60)
                    self.sweep()
            while self.message.state == "queued":
                self.fail("unknown", "451 come back later")
                clock.tick(65 * 60)
                self.sweep()
            self.assertEqual(self.message.state, "failed")
            self.assertIn("451 come back later", self.message.reason)
            former = self.notice.mail_mail_id
            self.message.with_user(self.ada).action_send_again()
            self.sweep()
        self.assertEqual(former.state, "cancel")
        self.assertEqual(self.message.state, "queued")
        self.assertNotEqual(self.message.mail_notification_id, self.notice)

    def test_lasting_refusals_are_not_repeated(self):
        """A63: an address that does not exist fails at once."""
        self.fail("unknown", "SMTPRecipientsRefused: {'anne@example.com': (550, b'no such user')}")
        self.assertEqual(self.message.state, "failed")
        self.assertIn("no such user", self.message.reason)
        self.assertEqual(self.sweep(), 0)

    def test_bounced(self):
        """A63: a bounce shows, also after the e-mail was sent."""
        message = self.message.mail_message_id
        self.env["mail.thread"]._routing_handle_bounce(
            None,
            {
                "bounced_email": "anne.martin@example.com",
                "bounced_partner": self.env["res.partner"],
                "bounced_msg_ids": [message.message_id],
                "bounced_message": message,
                "body": "",
                "email_from": "MAILER-DAEMON@example.com",
                "to": "bounce@example.com",
                "message_id": "<bounce@example.com>",
            },
        )
        self.assertEqual(self.message.state, "bounced")
        self.assertTrue(self.message.reason)

    def test_taken_out_by_hand(self):
        """A63: an e-mail that an administrator deletes from the queue is not sent again by itself."""
        self.notice.mail_mail_id.unlink()
        self.assertEqual((self.message.state, self.message.cause), ("cancelled", "removed"))
        self.assertEqual(self.sweep(), 0)

    def test_cancelled_by_hand(self):
        """A63: an e-mail that an administrator cancels, or retries, in Odoo's own list shows as such."""
        mail = self.notice.mail_mail_id
        mail.cancel()
        self.assertEqual(self.message.state, "cancelled")
        mail.mark_outgoing()
        self.assertEqual(self.message.state, "queued")

    def test_last_moment(self):
        """A62: an e-mail that waited too long in Odoo's own queue is not sent after the appointment has begun."""
        with freeze_time("2026-03-03 08:30:00"):
            self.sweep()
        reminder = self.messages(self.appointment, "before")
        mail = self.mail(reminder)
        self.assertEqual(mail.state, "outgoing")
        with freeze_time("2026-03-04 08:01:00"):
            self.env["booking.message"]._drop_unwanted([("mail_notification_id.mail_mail_id", "in", mail.ids)])
        self.assertEqual((mail.state, reminder.state), ("cancel", "cancelled"))
        self.assertTrue(reminder.reason)

    def test_send_again_is_checked(self):
        """A63, X04: only who may change the appointment sends again, and nothing that is no longer so."""
        self.fail("mail_email_invalid")
        self.assertEqual(self.message.state, "failed")
        with self.assertRaises(AccessError):
            self.message.with_user(self.bob).action_send_again()
        self.appointment.action_cancel()
        with self.assertRaises(UserError):
            self.message.with_user(self.ada).action_send_again()

    def test_to_the_new_address(self):
        """A63: sending again goes to the address that the appointment has now."""
        self.fail("mail_email_invalid")
        self.appointment.booker_email = "anne@example.org"
        self.message.with_user(self.ada).action_send_again()
        self.sweep()
        self.assertEqual(parseaddr(self.mail(self.message).email_to), (ANY, "anne@example.org"))


@tagged("post_install", "-at_install")
class TestMessageAccess(MessageCase):
    def test_rules(self):
        """A01, X04: notifications belong to the managers of the type, the log to those of the appointment."""
        manager, stranger = self.new_advisor("Manager", MANAGER), self.new_advisor("Stranger", MANAGER)
        self.type.team_ids = self.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(manager.ids)],
                "member_ids": [Command.set((self.ada | self.bob).ids)],
            }
        )
        appointment = self.book("2026-03-03 08:00")
        notification, message = self.notification("booked"), self.messages(appointment, "booked")
        for user, record, reads, writes in (
            (manager, notification, True, True),
            (stranger, notification, False, False),
            (self.ada, notification, True, False),
            (manager, message, True, False),
            (stranger, message, False, False),
            (self.ada, message, True, False),
            (self.bob, message, False, False),
        ):
            seen = record.with_user(user)
            self.assertEqual((seen.has_access("read"), seen.has_access("write")), (reads, writes), (user.name, record))
        with self.assertRaises(AccessError):
            notification.copy({"type_id": self.new_type("Other", self.ada).id}).with_user(manager).unlink()

    def test_previews_for_managers(self):
        """A61: a manager previews a message on an appointment of theirs."""
        manager = self.new_advisor("Manager", MANAGER)
        self.type.team_ids = self.env["booking.team"].create({"name": "T", "manager_ids": [Command.set(manager.ids)]})
        appointment = self.book("2026-03-03 08:00")
        for channel, model in (("email", "mail.template.preview"), ("sms", "sms.template.preview")):
            action = self.notification("booked", channel=channel).with_user(manager).action_preview()
            self.assertEqual(action["res_model"], model)
            preview = self.env[model].with_user(manager).with_context(**action["context"]).create({})
            self.assertEqual(preview.resource_ref, appointment)
            text = preview.body_html if channel == "email" else preview.body
            self.assertIn("Lyon", text)
        self.assertEqual(preview.booking_length, f"{len(preview.body)} of 160 characters, 1 SMS")

    def test_utc(self):
        """X02: what is due is kept in UTC."""
        appointment = self.book("2026-03-03 08:00")
        self.assertEqual(self.messages(appointment, "booked").due, utc("2026-03-02 08:00"))
