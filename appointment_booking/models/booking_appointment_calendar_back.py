from psycopg2 import errors

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class BookingAppointment(models.Model):
    """What comes back from a calendar: a move is followed by the rules of staff, or put back and told."""

    _inherit = "booking.appointment"

    def _follow_calendar(self, start, stop):
        """Move the appointment as the current user would in Appointments, with the same messages.

        :param start: naive UTC, or ``None`` for a whole day
        :return: why not, or nothing
        """
        self.ensure_one()
        mine = self.with_user(self.env.user).with_context(booking_any_clock=True)
        if not start:
            return self.env._("An appointment has hours: it cannot last a whole day.")
        if not mine.has_access("write"):
            return self.env._("Only the advisor and the managers of the team can move this appointment.")
        if refusal := mine._find_staff_obstacle(start, stop):
            return refusal
        try:
            with self.env.cr.savepoint():
                mine.write(mine._get_values_to_follow(start, stop))
                self.env.flush_all()
        except errors.ExclusionViolation:
            return self.env._("%s has another appointment at that time.", self.user_id.name)
        except (AccessError, UserError, ValidationError) as error:
            return str(error)
        return None

    def _get_values_to_follow(self, start, stop):
        """Return what a move in a calendar writes. Nobody is asked there why it is outside availability."""
        values = {"start": start, "stop": stop}
        if self._tell_outside(start, stop):
            values["outside_reason"] = self.env._("Moved in the calendar")
        return values

    def _put_back(self, reason):
        """Let the entry say again what the appointment says, in synchronised calendars too, and tell the team why."""
        self._mirror_in_calendar()
        self._tell_team(reason)

    def _tell_team(self, reason):
        """Write down what happened, let managers of the team know, and give the advisor something to do about it."""
        self.ensure_one()
        appointment = self.sudo()
        if appointment.stop <= fields.Datetime.now():
            return
        teams = appointment.type_id.team_ids or appointment.user_id.booking_team_ids
        appointment.message_post(
            body=reason,
            subtype_xmlid="mail.mt_note",
            author_id=self.env.ref("base.partner_root").id,
            partner_ids=(teams.manager_ids - appointment.user_id).partner_id.ids,
        )
        summary = self.env._("The calendar differs from the appointment")
        open_ones = appointment.activity_ids.filtered(lambda activity: activity.summary == summary)
        if open_ones:
            open_ones[0].note = reason
        else:
            appointment.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, note=reason, user_id=appointment.user_id.id
            )
