from odoo import fields, models
from odoo.exceptions import UserError


class VideoconfConference(models.Model):
    """What becomes of a conference: moved, cancelled, done; guests, calendar entry and task follow."""

    _inherit = "videoconf.conference"

    former_start = fields.Datetime(readonly=True, copy=False, help="When it was to begin before it was moved.")

    def _follow_move(self, before):
        """Ask the guests again, and let everything say the new hour.

        :param before: ``{conference: (start, stop)}``
        """
        for conference in self:
            waiting = conference.message_log_ids._renew()
            is_untold = "changed" in waiting.mapped("what")
            conference.write(
                {
                    # What guests compare with is the hour that they know, not one that they never heard of.
                    "former_start": conference.former_start if is_untold else before[conference][0],
                    "planned_since": fields.Datetime.now(),
                    "ics_sequence": conference.ics_sequence + 1,
                }
            )
            conference._ask_again()
            conference._change_room()
            conference._mirror_in_calendar()
            conference._drop_unwanted_messages()
            # Whose invitation or change has not left yet reads the new hour in it.
            knowing = conference._get_guests_who_know() - waiting.guest_id
            conference._claim("changed", conference._get_told_guests() & knowing)
            conference.task_id._follow_conference()

    def _ask_again(self):
        """At another hour, what guests have answered does not hold any more."""
        self._get_told_guests().filtered(lambda guest: guest.answer != "needsAction")._answer_again()

    def action_cancel(self):
        """Cancel, and tell the guests."""
        self.check_access("write")
        if any(conference.state != "planned" for conference in self):
            raise UserError(self.env._("Only a planned conference can be cancelled."))
        self.sudo()._cancel()

    def _cancel(self):
        for conference in self:
            conference.state = "cancelled"
            conference.ics_sequence += 1
            conference._drop_room()
            conference._mirror_in_calendar()
            conference._drop_unwanted_messages()
            if not conference._is_over():
                conference._claim("cancelled", conference._get_told_guests() & conference._get_guests_who_know())
            conference.task_id._end("cancelled")

    def _get_guests_who_know(self):
        """Return who has heard of it, or will whatever is done. The others are not told of what has become of it."""
        told = self.message_log_ids.filtered(lambda message: message.prepared_at and message.state != "cancelled")
        return told.guest_id

    def _is_over(self):
        self.ensure_one()
        return bool(self.stop) and self.stop <= fields.Datetime.now()

    def action_done(self):
        """It has taken place: now minutes, documents and what follows."""
        self.check_access("write")
        if any(conference.state != "planned" for conference in self):
            raise UserError(self.env._("Only a planned conference can be marked as done."))
        if not all(conference.has_begun for conference in self):
            raise UserError(self.env._("It has not begun yet. Cancel it if it does not take place."))
        self.sudo()._finish()

    def _finish(self):
        for conference in self.filtered(lambda conference: conference.state == "planned"):
            conference.state = "done"
            conference._drop_unwanted_messages()
            conference.task_id._end("done")

    def action_next_conference(self):
        """Organise another one with the same guests."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("appointment_videoconf.videoconf_organise_action"),
            "context": {
                "default_former_id": self.id,
                "default_subject": self.subject,
                "default_duration": self.duration,
                "default_guest_ids": self.sudo()._get_told_guests().partner_id.ids,
                "default_is_private": self.is_private,
            },
        }

    def action_next_task(self):
        """Write down something else to do."""
        self.ensure_one()
        self.check_access("read")
        return {
            "name": self.env._("Another task"),
            "type": "ir.actions.act_window",
            "res_model": "videoconf.task",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_conference_id": self.id,
                "default_contact_ids": self.sudo()._get_told_guests().partner_id.ids,
            },
        }
