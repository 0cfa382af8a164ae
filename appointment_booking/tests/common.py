from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

# A Monday, well before the clocks change, at 9:00 in Paris.
NOW = "2026-03-02 08:00:00"


def utc(text):
    """``utc("2026-03-03 09:00")`` is a naive UTC datetime, as Odoo stores them."""
    return datetime.fromisoformat(text)


class BookingCase(TransactionCase):
    """A type that two advisors take in one agency, on weekdays from 9 to 12 in Paris; time stands still."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time(NOW)
        freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, no_reset_password=True))
        cls.ada = cls.new_advisor("Ada")
        cls.bob = cls.new_advisor("Bob")
        cls.agency = cls.env["booking.agency"].create(
            {
                "name": "Lyon",
                "street": "1 rue de la Paix",
                "zip": "69003",
                "city": "Lyon",
                "country_id": cls.env.ref("base.fr").id,
                "tz": "Europe/Paris",
            }
        )
        cls.type = cls.new_type("Mortgage advice", cls.ada | cls.bob)
        cls.mornings = cls.open_hours(cls.ada) | cls.open_hours(cls.bob)

    @classmethod
    def new_advisor(cls, name, groups="appointment_booking.group_booking_advisor"):
        return new_test_user(
            cls.env,
            login=name.lower(),
            name=name,
            email=f"{name.lower()}@example.com",
            groups=groups,
            tz="Europe/Paris",
            lang="en_US",
        )

    @classmethod
    def new_type(cls, name, users, **values):
        values = {
            "name": name,
            "is_published": True,
            "agency_ids": [Command.set(cls.agency.ids)],
            "advisor_ids": [
                Command.create({"user_id": user.id, "sequence": index}) for index, user in enumerate(users)
            ],
            "tz": "Europe/Paris",
            "duration": 60,
            "slot_step": 60,
            "min_notice": 0,
            **values,
        }
        return cls.env["booking.type"].create(values)

    @classmethod
    def open_hours(cls, user, *ranges, **values):
        ranges = ranges or ((9, 12),)
        return cls.env["booking.availability"].create(
            {
                "user_id": user.id,
                "tz": "Europe/Paris",
                "hours_ids": [Command.create({"hour_from": start, "hour_to": stop}) for start, stop in ranges],
                **values,
            }
        )

    @classmethod
    def new_event(cls, user, start, stop, **values):
        quiet = cls.env["calendar.event"].with_context(no_mail_to_attendees=True)
        return quiet.create(
            {
                "name": "Meeting",
                "start": start,
                "stop": stop,
                "user_id": user.id,
                "partner_ids": [Command.set(user.partner_id.ids)],
                **values,
            }
        )

    def slots(self, day="2026-03-03", booking_type=None, **choices):
        """Return the offered starts of a day as ``{"08:00": [user names]}``, in UTC."""
        start = utc(day)
        choices.setdefault("agency", self.agency)
        found = (booking_type or self.type)._get_slots(start, start.replace(hour=23, minute=59), **choices)
        users = self.env["res.users"]
        return {f"{start:%H:%M}": users.browse(user_ids).mapped("name") for start, user_ids in found.items()}

    def hold(self, start, visitor_key="visitor", **choices):
        values = {"reason": self.env["booking.reason"], "agency": self.agency, "lang": "en_US", **choices}
        booking_type = values.pop("booking_type", self.type)
        return self.env["booking.appointment"]._hold(booking_type, utc(start), visitor_key=visitor_key, **values)

    def book(self, start, visitor_key="visitor", booker=None, **choices):
        appointment = self.hold(start, visitor_key, **choices)
        appointment.with_user(self.env.ref("base.public_user")).sudo()._confirm(booker or self.booker(), [])
        return appointment

    def sweep(self):
        """Do what the scheduled action of messages does, in this transaction; return how much was done."""
        messages = self.env["booking.message"]
        total = 0
        while done := messages._claim_due() + messages._prepare_some() + messages._try_again():
            total += done
            self.env.invalidate_all()
        return total

    def mail_to_booker(self, appointment):
        """Return the e-mails that wait for the booker after a sweep, oldest first."""
        self.sweep()
        messages = appointment.message_log_ids.filtered(lambda m: m.recipient == "booker").sorted("id")
        return messages.mail_notification_id.mail_mail_id

    @staticmethod
    def booker(**values):
        return {
            "last_name": "Martin",
            "first_name": "Anne",
            "email": "anne.martin@example.com",
            "phone": "+33612345678",
            **values,
        }
