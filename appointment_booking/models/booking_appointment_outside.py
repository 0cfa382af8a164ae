from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .booking_appointment_advisors import BUSY, FREE, OUTSIDE_HOURS, TOO_CLOSE, Wish
from .booking_appointment_overbook import OUTSIDE

# What decides whether an appointment is where its advisor can be booked.
PLACING = frozenset(
    ("agency_id", "channel", "outside_reason", "reason_id", "start", "state", "stop", "type_id", "user_id")
)


class Placing(NamedTuple):
    """Where an appointment of a type is: with whom, for what, at which agency, and when."""

    user_id: int
    type_id: int
    agency_id: int
    start: object
    stop: object

    def is_within(self, other):
        """Tell whether it takes nothing that the other one does not: what was allowed stays so, also when shorter."""
        return bool(other) and self[:3] == other[:3] and other.start <= self.start and self.stop <= other.stop


class BookingAppointment(models.Model):
    """The right to book outside availability (C03), whichever way staff enter or move an appointment of a type.

    Who does not have it books at hours when the advisor can be booked, as visitors do; who has it names any hour, and
    says why. Visitors go their own way, with all rights: they are offered nothing else. An appointment without a type
    is somebody's own: it has no rules.
    """

    _inherit = "booking.appointment"

    outside_reason = fields.Char(
        string="Reason for this hour",
        copy=False,
        help="Why it was booked although the advisor is not available then.",
    )
    outside_says = fields.Char(
        compute="_compute_outside_says",
        string="Outside availability",
        help="What is wrong with the hour that is being entered, before it is saved.",
    )
    may_book_outside = fields.Boolean(compute="_compute_may_book_outside")

    @api.depends_context("uid")
    def _compute_may_book_outside(self):
        self.may_book_outside = self.env.user.has_group(OUTSIDE)

    @api.depends("state", "start", "stop", "user_id", "type_id", "agency_id", "channel")
    @api.depends_context("uid", "lang")
    def _compute_outside_says(self):
        for appointment in self:
            appointment.outside_says = appointment._tell_outside()

    # What is asked of who enters or moves an appointment

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._guard_outside_reason(vals)
        appointments = super().create(vals_list)
        appointments._settle_outside(appointments.filtered(lambda appointment: appointment._get_placing()))
        return appointments

    def write(self, vals):
        if not PLACING & vals.keys():
            return super().write(vals)
        self._guard_outside_reason(vals)
        before = {appointment: appointment._get_placing() for appointment in self}
        result = super().write(vals)
        placed = self.filtered(lambda appointment: appointment._is_placed_anew(before[appointment]))
        if "outside_reason" not in vals:
            stale = placed.filtered("outside_reason")
            if stale:
                # It was the reason for another hour.
                super(BookingAppointment, stale).write({"outside_reason": False})
        self._settle_outside(placed)
        return result

    def _guard_outside_reason(self, vals):
        if vals.get("outside_reason") and not self.env.su and not self.env.user.has_group(OUTSIDE):
            raise AccessError(self.env._("Only who may book outside availability says why."))

    def _settle_outside(self, placed):
        """Refuse hours outside availability to who may not choose them, and write down the reason of who may.

        :param placed: the appointments that are somewhere now where they were not before
        """
        may = self.env.su or self.env.user.has_group(OUTSIDE)
        asked = placed.filtered("outside_reason") if may else placed
        for appointment, standing in asked._look_at_placings().items():
            if standing == FREE:
                if appointment.outside_reason:
                    appointment.outside_reason = False
            elif may:
                appointment._note_outside(standing)
            else:
                raise UserError(appointment._refuse_outside(standing))

    def _get_placing(self, start=None, stop=None):
        """Return where the appointment is, or would be at other hours; nothing if no availability is asked for it."""
        self.ensure_one()
        start, stop = start or self.start, stop or self.stop
        lies_ahead = self.state == "done" and stop and stop > fields.Datetime.now()
        if not self.type_id or not (self.state == "planned" or lies_ahead):
            return None
        if not self.user_id or not start or not stop or stop <= start:
            return None  # a form that is being filled in
        agency = self.agency_id if self.channel == "in_person" else self.agency_id.browse()
        ids = (record._origin.id for record in (self.user_id, self.type_id, agency))
        return Placing(*ids, start, stop)

    def _is_placed_anew(self, before, placing=None):
        placing = placing or self._get_placing()
        return bool(placing) and not placing.is_within(before)

    def _look_at_placings(self, placings=None):
        """Return ``{appointment: standing}`` where they are, or in ``{appointment: Placing}``, by one load for all."""
        placings = placings or {appointment: appointment._get_placing() for appointment in self}
        types = self.env["booking.type"].sudo()
        wishes = {
            appointment: Wish(
                placing.user_id,
                placing.start,
                placing.stop,
                appointment.gap,
                types.browse(placing.type_id),
                placing.agency_id or None,
            )
            for appointment, placing in placings.items()
        }
        return self._look_at_wishes(wishes, leaving_out=self.sudo()._origin)

    # In words

    def _tell_outside(self, start=None, stop=None):
        """Return what is wrong with the hour that is being chosen, as a sentence; nothing if nothing is, or if the
        appointment was there before.
        """
        self.ensure_one()
        placing = self._get_placing(start, stop)
        before = self._origin._get_placing() if self._origin else None
        if not placing or not self._is_placed_anew(before, placing):
            return ""
        standing = self._look_at_placings({self: placing})[self]
        return self._tell_standing_outside(standing)

    def _tell_standing_outside(self, standing):
        advisor, agency = self.user_id.sudo().name, self.agency_id.sudo().name
        if standing == BUSY:
            return self.env._("%s is busy at that time.", advisor)
        if standing == TOO_CLOSE:
            return self.env._("%s has another appointment too close to it.", advisor)
        if standing == OUTSIDE_HOURS and agency and self.channel == "in_person":
            return self.env._(
                "%(advisor)s has no booking hours at %(agency)s at that time.", advisor=advisor, agency=agency
            )
        if standing == OUTSIDE_HOURS:
            return self.env._("%s has no booking hours at that time.", advisor)
        return ""

    def _refuse_outside(self, standing):
        return " ".join((self._tell_standing_outside(standing), self._tell_who_may()))

    def _tell_who_may(self):
        return self.env._("Choose another hour, or ask a manager of the team, who may book outside availability.")

    def _note_outside(self, standing):
        """Write into the chatter who chose the hour, what stood in the way, and why."""
        self.message_post(
            body=self.env._(
                "Booked outside availability: %(what)s Reason: %(reason)s",
                what=self._tell_standing_outside(standing),
                reason=self.outside_reason,
            ),
            subtype_xmlid="mail.mt_note",
        )

    # In the agenda

    def get_change_terms(self, change, start=None, stop=None):
        """Tell also what is wrong with the hour to which it would be moved: ``outside``, of which a reason is asked."""
        terms = super().get_change_terms(change, start, stop)
        says = ""
        if change == "move" and not terms["refusal"]:
            says = self._tell_outside(*self._read_span(start, stop))
        return {**terms, "outside": says}

    def _find_staff_obstacle(self, start, stop):
        if refusal := super()._find_staff_obstacle(start, stop):
            return refusal
        if not self.env.su and not self.env.user.has_group(OUTSIDE) and (says := self._tell_outside(start, stop)):
            return " ".join((says, self._tell_who_may()))
        return ""
