import csv
from datetime import datetime, time, timedelta

import pytz

from odoo import api, models
from odoo.fields import Command
from odoo.tools import file_open

from ..models.booking_availability import WEEKDAYS

ZONE = pytz.timezone("Europe/Paris")
CANCEL_REASONS = ("I am ill", "I cannot leave work that day", "I no longer need it", "")
CALENDAR_EVENTS = (
    # id, name, week, weekday, hour, minutes, who, weeks it is repeated, more values
    ("meeting_everyday", "Team meeting", -1, "thu", "13:30", 45, "camille karim aicha thomas elodie", 6, {}),
    ("meeting_projects", "Weekly round: loans and insurance", -1, "tue", "09:30", 45, "julien ines deniz", 6, {}),
    ("training", "Training: new savings accounts", 1, "tue", "09:00", 480, "thomas", 0, {"allday": True}),
    ("dentist", "Dentist", 0, "wed", "16:00", 60, "julien", 0, {"privacy": "private"}),
    # does not keep Karim from being booked
    ("reminder", "Month-end figures are due", 0, "fri", "10:00", 30, "karim", 0, {"show_as": "free"}),
)


class BookingDemo(models.AbstractModel):
    """Loads the demo data that XML cannot say: hours on the clock of the bank, in the weeks around today.

    It does nothing in a database without demo data.
    """

    _name = "booking.demo"
    _description = "Loader of the Appointment Demo Data"

    @api.model
    def _open_website_to_all_languages(self):
        """Show the website in every language that is installed, English first."""
        english = self.env["res.lang"]._activate_lang("en_US")
        website = self.env.ref("website.default_website")
        website.language_ids |= self.env["res.lang"].search([])
        website.default_lang_id = english

    @api.model
    def _add_events(self):
        """Put what keeps advisors busy into their calendars."""
        for key, name, week, weekday, hour, minutes, who, repeated, more in CALENDAR_EVENTS:
            users = self.env["res.users"].concat(*(self._ref("user", login) for login in who.split()))
            start = self._utc(week, weekday, hour)
            values = {
                "name": name,
                "start": start,
                "stop": start + timedelta(minutes=minutes),
                "event_tz": ZONE.zone,
                "user_id": users[0].id,
                "partner_ids": [Command.set(users.partner_id.ids)],
                "attendee_ids": [
                    Command.create({"partner_id": partner.id, "state": "accepted"}) for partner in users.partner_id
                ],
                **more,
            }
            if repeated:
                values |= {
                    "recurrency": True,
                    "rrule_type": "weekly",
                    "end_type": "count",
                    "count": repeated,
                    weekday: True,
                }
            event = self._add("calendar.event", f"event_{key}", values)
            self._name_records(f"recurrence_{key}", event.recurrence_id)
            self._name_records(f"event_{key}", (event.recurrence_id.calendar_event_ids - event).sorted("start"))

    @api.model
    def _add_appointments(self):
        """Add the appointments of ``appointments.csv``: last week's, this week's and next week's."""
        with file_open("appointment_booking/demo/appointments.csv", filter_ext=(".csv",)) as file:
            for number, row in enumerate(csv.DictReader(file), 1):
                self._add("booking.appointment", f"appointment_{number}", self._appointment_values(row, number))

    def _appointment_values(self, row, number):
        start = self._utc(int(row["week"]), row["weekday"], row["hour"])
        booking_type = self._ref("type", row["type"])
        contact = self._ref("contact", row["contact"])
        reason = self._ref("reason", row["reason"])
        minutes = reason.effective_duration or booking_type.duration
        questions = booking_type.question_ids._applying(reason)
        booker, answers = self._fill_in_form(questions, contact, row["said"], start.date(), number)
        return {
            "type_id": booking_type.id,
            "reason_id": reason.id,
            "agency_id": self._ref("agency", row["agency"]).id,
            "user_id": self._ref("user", row["advisor"]).id,
            "start": start,
            "partner_id": contact.id,
            "partner_match": "email",
            "booker_phone": booker["phone"],
            "lang": contact.lang,
            "tz": ZONE.zone,
            "answer_ids": [Command.create(answer) for answer in answers],
            **self._outcome(row["outcome"], start + timedelta(minutes=minutes), number),
        }

    def _fill_in_form(self, questions, contact, said, day, number):
        """Answer the questions of the form as the contact would, some time before the day of the appointment."""
        first_name, last_name = contact.name.split(" ", 1)
        known = {"first_name": first_name, "last_name": last_name, "email": contact.email, "phone": contact.phone}
        typed = {
            question.id: known.get(question.role) or self._answer(question, said, day, number) for question in questions
        }
        booker, answers, _errors = questions._read_answers(typed, contact.country_id, today=day - timedelta(days=7))
        return booker, answers

    def _answer(self, question, said, day, number):
        """Answer a question of a kind that the table does not tell: some choose this and some that."""
        if question.kind == "date":
            return (day + timedelta(days=30 + 7 * (number % 20))).isoformat()
        if question.kind in ("radio", "dropdown"):
            return str(question.option_ids[number * number % len(question.option_ids)].id)
        if question.kind == "checkboxes":
            return str(question.option_ids[number % len(question.option_ids)].id) if number % 3 else ""
        return said if question.kind in ("text", "long_text", "checkbox") else ""

    def _outcome(self, outcome, stop, number):
        """What became of an appointment: told by the table where it was not held as planned."""
        if outcome == "cancelled":
            reason = CANCEL_REASONS[number % len(CANCEL_REASONS)]
            return {"state": "cancelled", "cancelled_by": "booker" if reason else "staff", "cancel_reason": reason}
        if stop > self.env.cr.now():
            return {"state": "planned"}
        return {"state": "done", "attendance": outcome or "came"}

    def _utc(self, week, weekday, hour):
        """Return an hour of the bank's clock as naive UTC; week 0 is the current one."""
        today = datetime.now(ZONE).date()
        day = today + timedelta(weeks=week, days=WEEKDAYS.index(weekday) - today.weekday())
        local = ZONE.localize(datetime.combine(day, time.fromisoformat(hour)))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _ref(self, kind, key):
        """Return a demo record, or an empty one where the table says nothing."""
        record = self.env.ref(f"appointment_booking.{kind}_{key}") if key else None
        return record if record is not None else self.env[f"booking.{kind}"]

    def _add(self, model, key, values):
        """Create a record under an XML id, unless it is there already, without telling anybody."""
        if known := self.env.ref(f"appointment_booking.{key}", raise_if_not_found=False):
            return known
        quiet = self.env[model].with_context(
            tracking_disable=True,
            mail_create_nosubscribe=True,
            mail_auto_subscribe_no_notify=True,
            no_mail_to_attendees=True,
            dont_notify=True,
        )
        return quiet._load_records([{"xml_id": f"appointment_booking.{key}", "values": values, "noupdate": True}])

    def _name_records(self, key, records):
        """Give XML ids to records that came along with another one, so that they go with it."""
        self.env["ir.model.data"]._update_xmlids(
            [
                {"xml_id": f"appointment_booking.{key}_{number}", "record": record, "noupdate": True}
                for number, record in enumerate(records, 1)
            ]
        )
