import secrets
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

# The fields of which the booker was told: when one changes, they are told again.
TOLD_FIELDS = ("start", "stop", "user_id", "agency_id", "channel")
LONGEST_REASON = 500


class ChangeLink(NamedTuple):
    """A link by which the booker changes the appointment."""

    change: str  # move or cancel
    label: str
    url: str


class BookingAppointment(models.Model):
    """What becomes of an appointment after it was booked: what the booker may change, and who is told.

    Staff and bookers go the same ways: whatever is written to an appointment that lies ahead, the booker hears of it,
    and :meth:`_cancel` cancels for both.
    """

    _inherit = "booking.appointment"

    move_count = fields.Integer(
        string="Moved by the booker",
        default=0,
        readonly=True,
        tracking=True,
        copy=False,
        aggregator="sum",
        help="How often the booker has moved the appointment. What staff move does not count.",
    )
    former_start = fields.Datetime(
        string="Moved from", readonly=True, copy=False, help="When it was to begin before it was last moved."
    )
    cancelled_by = fields.Selection(
        [("booker", "Booker"), ("staff", "Staff")],
        string="Cancelled by",
        readonly=True,
        copy=False,
        tracking=True,
        index="btree_not_null",
    )
    cancel_reason = fields.Char(
        string="Reason of the cancellation", copy=False, tracking=True, help="What the booker said, or what you know."
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Pages only read: the token of the link is there from the beginning.
        return super().create([{"access_token": secrets.token_urlsafe(32), **vals} for vals in vals_list])

    def write(self, vals):
        if vals.get("state", "cancelled") != "cancelled":
            vals = {"cancelled_by": False, "cancel_reason": False, **vals}
        if not set(TOLD_FIELDS) & vals.keys():
            return super().write(vals)
        former = {appointment: appointment._get_told() for appointment in self if appointment.state == "planned"}
        result = super().write(vals)
        changed = self.browse()
        for appointment, told in former.items():
            if appointment.state == "planned" and appointment._get_told() != told:
                changed |= appointment
                appointment.former_start = told["start"] if appointment.start != told["start"] else False
        changed._tell_change()
        return result

    def _get_told(self):
        return {name: self[name] for name in TOLD_FIELDS}

    def _tell_change(self):
        """Tell the bookers of appointments that lie ahead what is true now."""
        # What PostgreSQL refuses is refused before anything is written down to be sent.
        self.flush_recordset()
        self._notify("modified", leaving_out=self.env.context.get("booking_leaving_out", ()))

    @api.onchange(*TOLD_FIELDS)
    def _onchange_told(self):
        """Say who is told before the change is saved."""
        appointment = self._origin
        is_ahead = self.state == "planned" and self.stop and self.stop > fields.Datetime.now()
        if appointment.booker_email and self.tell_booker and is_ahead and self._get_told() != appointment._get_told():
            return {
                "warning": {
                    "title": self.env._("The booker will be told"),
                    "message": self.env._(
                        "When you save, %s gets an e-mail with the new details.", appointment.booker_email
                    ),
                    "type": "notification",
                }
            }
        return None

    def _cancel(self, by, reason=None):
        """Cancel, free the slots and the calendars, and tell the bookers of what lay ahead.

        :param by: ``"booker"`` or ``"staff"``
        :param reason: what was said, if anything
        """
        values = {"state": "cancelled", "cancelled_by": by}
        if reason:
            values["cancel_reason"] = " ".join(reason.split())[:LONGEST_REASON]
        self.write(values)
        self._notify("cancelled")

    # What the booker may do

    def _find_obstacle(self, change):
        """Return why the booker cannot change the appointment now, or nothing when they can.

        :param change: ``"move"`` or ``"cancel"``
        :return: ``"cancelled"``, ``"held"``, ``"begun"``, ``"not_offered"``, ``"often"``, ``"late"`` or ``None``
        """
        self.ensure_one()
        now = fields.Datetime.now()
        booking_type = self.type_id
        if self.state == "cancelled":
            return "cancelled"
        if self.state != "planned":
            return "held"
        if self.start <= now:
            return "begun"
        if not booking_type[f"allow_{change}"] or (change == "move" and not booking_type.active):
            return "not_offered"
        if change == "move" and booking_type.move_limit and self.move_count >= booking_type.move_limit:
            return "often"
        if self._get_change_deadline(change) <= now:
            return "late"
        return None

    def _get_change_deadline(self, change, start=None):
        """Return until when (naive UTC) the booker can change the appointment, as it is or from another start."""
        return (start or self.start) - timedelta(hours=self.type_id[f"{change}_notice"])

    def _get_moves_left(self):
        """Return how often the booker may still move the appointment; ``None`` for any number of times."""
        limit = self.type_id.move_limit
        return max(0, limit - self.move_count) if limit else None

    def _get_change_url(self, change):
        return f"{self.access_url}/{change}"

    def _get_change_links(self, place):
        """Return the links by which the booker changes the appointment, as a list of :class:`ChangeLink`.

        Only those that the type offers in that place and that would work now. For templates of messages.

        :param place: ``"page"``, ``"confirmation"``, ``"reminder"``, ``"calendar"`` or ``"account"``
        """
        self.ensure_one()
        appointment = self.sudo()
        if not appointment.type_id:
            return []
        labels = {"move": self.env._("Move my appointment"), "cancel": self.env._("Cancel my appointment")}
        return [
            ChangeLink(change, label, appointment.get_base_url() + appointment._get_change_url(change))
            for change, label in labels.items()
            if appointment.type_id._offers_change(change, place) and not appointment._find_obstacle(change)
        ]

    def _tell_change_links(self, place):
        """Return the links of :meth:`_get_change_links` as lines of plain text."""
        return [
            self.env._("%(label)s: %(value)s", label=link.label, value=link.url)
            for link in self._get_change_links(place)
        ]

    def _get_phone_to_call(self):
        """Return the number of the place, else of the company: for what cannot be done online."""
        return self.agency_id.phone or self.company_id.phone or ""
