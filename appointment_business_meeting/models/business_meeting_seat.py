from psycopg2 import errors

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..exceptions import MeetingRefused


class BusinessMeetingSeat(models.Model):
    """That a person or a space is in a confirmed meeting. PostgreSQL refuses a second seat at the same time.

    ``who`` names them: see :meth:`res.partner._get_meeting_keys`. It holds across events: nobody is at two fairs at
    once. Cancelling a meeting deletes its seats.
    """

    _name = "business.meeting.seat"
    _description = "Seat in a Business Meeting"
    _log_access = False

    meeting_id = fields.Many2one("business.meeting", required=True, readonly=True, ondelete="cascade", index=True)
    who = fields.Char(required=True, readonly=True)
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(required=True, readonly=True)

    _one_at_a_time = models.Constraint(
        "EXCLUDE USING gist (who WITH =, tsrange(start, stop) WITH &&)",
        "A person or a space is in one meeting at a time.",
    )


class BusinessMeeting(models.Model):
    """Taking and freeing the seats of confirmed meetings."""

    _inherit = "business.meeting"

    def _take_seats(self):
        """Seat everybody of a confirmed meeting, instead of what was taken for it before.

        Whoever takes seats of the same people or space queues on an advisory lock first: two that met inside the
        exclusion constraint would wait for each other until PostgreSQL breaks the deadlock. Who waits for one holds
        none that comes later in the order.

        :raise psycopg2.errors.ExclusionViolation: when somebody has a meeting then; call it in a savepoint
        """
        self.ensure_one()
        meeting = self.sudo()
        keys = sorted(meeting._get_seat_keys())
        for key in keys:
            self.env.cr.execute(
                SQL("SELECT pg_advisory_xact_lock(hashtext('business_meeting_seat'), hashtext(%s))", key)
            )
        meeting.seat_ids.unlink()
        meeting.env["business.meeting.seat"].create(
            [
                {"meeting_id": meeting.id, "who": key, "start": meeting.slot_id.start, "stop": meeting.slot_id.stop}
                for key in keys
            ]
        )
        self.env.flush_all()

    def _get_seat_keys(self):
        """Return who and what is taken by this meeting: a set of texts."""
        return self.registration_id._get_meeting_keys() | self.space_id._get_meeting_keys()[self.space_id.id]

    def _free_seats(self):
        self.sudo().seat_ids.unlink()

    def _renew_seats(self):
        """Seat people anew, after a contact or an address was changed that told who they are.

        :raise UserError: when somebody would then be in two meetings at once
        """
        for meeting in self.sudo():
            if meeting._get_seat_keys() == set(meeting.seat_ids.mapped("who")):
                continue
            try:
                with self.env.cr.savepoint():
                    meeting._take_seats()
            except errors.ExclusionViolation as error:
                raise UserError(
                    self.env._(
                        "With this change somebody would be in two meetings at once: %(meeting)s, %(slot)s",
                        meeting=meeting.display_name,
                        slot=meeting.slot_id.display_name,
                    )
                ) from error

    def _seat_or_refuse(self, values):
        """Write values (state, slot, space) and take the seats, all or nothing.

        :raise MeetingRefused: ``taken``, with the next common slots
        """
        slot = self.env["business.meeting.slot"].browse(values["slot_id"])
        try:
            with self.env.cr.savepoint():
                self.write(values)
                self._take_seats()
        except errors.ExclusionViolation as error:
            self.invalidate_recordset()
            raise MeetingRefused(
                "taken",
                self.env._("This slot was taken a moment ago: choose another one."),
                self._get_offers(slot),
                raced=True,
            ) from error
