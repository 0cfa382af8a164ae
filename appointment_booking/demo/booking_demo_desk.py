from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..models.booking_appointment_overbook import OVERRIDE

# What Camille books on the phone, where no visitor could: over another appointment, and after hours.
ON_THE_PHONE = (
    # id, week, weekday, hour, advisor, contact, kind of exception, reason
    ("double", 1, "tue", "09:00", "karim", "sarah_petit", "overbook", "Card stolen: five minutes to sign, then go on"),
    (
        "evening",
        1,
        "thu",
        "17:45",
        "karim",
        "nadia_haddad",
        "outside",
        "Works shifts, cannot come before half past five",
    ),
)
MINUTES = """
<p>She has seen a house in Bron for 310,000 euros and wants to sell her flat first.</p>
<ul>
    <li>Income and savings allow a loan of 240,000 euros over twenty years.</li>
    <li>She brings the estimate for the flat; we look at a bridging loan.</li>
</ul>
<p>Next talk in three weeks.</p>
"""


class BookingDemo(models.AbstractModel):
    _inherit = "booking.demo"

    @api.model
    def _add_desk_work(self):
        """Add what only staff do: book twice and after hours with a reason, take minutes, move by the calendar."""
        for key, week, weekday, hour, advisor, contact, kind, reason in ON_THE_PHONE:
            self._add_exception(key, self._utc(week, weekday, hour), advisor, contact, kind, reason)
        self._add_minutes()
        self._move_by_calendar()

    def _add_exception(self, key, start, advisor, contact, kind, reason):
        known = self.env.ref(f"appointment_booking.appointment_{key}", raise_if_not_found=False)
        booking_type, user = self._ref("type", "account"), self._ref("user", advisor)
        partner, camille = self._ref("contact", contact), self._ref("user", "camille")
        if known:
            return
        exception = (
            {"overbooked": True, "overbook_reason": reason} if kind == "overbook" else {"outside_reason": reason}
        )
        appointment = self.with_context(booking_override=OVERRIDE)._add(
            "booking.appointment",
            f"appointment_{key}",
            {
                "type_id": booking_type.id,
                "reason_id": self._ref("reason", "account_personal").id,
                "agency_id": self._ref("agency", "lyon").id,
                "user_id": user.id,
                "start": start,
                "partner_id": partner.id,
                "lang": partner.lang,
                **exception,
            },
        )
        appointment.flush_recordset()
        if kind == "overbook":
            others = appointment._find_taking(user.ids, start, appointment.busy_stop, leaving_out=appointment)
            appointment._note_overbooking(others, reason)
        appointment.message_ids.write({"author_id": camille.partner_id.id, "email_from": camille.email_formatted})
        self.env.cr.execute(
            SQL("UPDATE booking_appointment SET create_uid = %s WHERE id = %s", camille.id, appointment.id)
        )
        appointment.invalidate_recordset(["create_uid"])

    def _add_minutes(self):
        """Let Julien have noted what was said at the last talk that he held."""
        held = self._find_demo_appointment("julien", "ana_popescu", "done")
        if held:
            self._add("booking.minutes", "minutes_ana_popescu", {"appointment_id": held.id, "body": MINUTES})

    def _move_by_calendar(self):
        """Let Julien have dragged an appointment in Odoo's calendar: it followed."""
        appointment = self._find_demo_appointment("julien", "paul_girard", "planned", weekday="thu")
        if appointment:
            start = self._utc(1, "thu", "17:00")
            event = appointment.calendar_event_id.with_user(appointment.user_id)
            event.with_context(booking_tell_nobody=True).write(
                {"start": start, "stop": start + timedelta(minutes=appointment.duration)}
            )

    def _find_demo_appointment(self, advisor, contact, state, weekday=None):
        """Return an appointment of the table, or nothing if the demo data of an earlier version are over."""
        found = self.env["booking.appointment"].search(
            [
                ("user_id", "=", self._ref("user", advisor).id),
                ("partner_id", "=", self._ref("contact", contact).id),
                ("type_id", "=", self._ref("type", "mortgage").id),
                ("state", "=", state),
            ]
        )
        if weekday:
            start = self._utc(1, weekday, "00:00")
            found = found.filtered(lambda a: start <= a.start < start + timedelta(days=1))
        return found.filtered(lambda a: a.state == "done" or a.start > fields.Datetime.now())[:1]
