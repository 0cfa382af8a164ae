from odoo import models
from odoo.tools import babel_locale_parse, get_lang, html2plaintext

from odoo.addons.appointment_booking.tools.wording import Wording


class BusinessMeetingMessage(models.Model):
    """What the templates of e-mails need to say, in the language they are written in."""

    _inherit = "business.meeting.message"

    def _wording(self):
        """At an event all clocks show the event's time: hours are told in its zone, which is named."""
        return Wording(babel_locale_parse(get_lang(self.env).code), self.meeting_id.date_tz or "UTC")

    def _tell_day(self, instant=None):
        """``Tuesday, November 24, 2026``"""
        wording = self._wording()
        return wording.full_day(wording.local(instant or self.meeting_id.start).date())

    def _tell_hours(self, slot=None):
        """``10:00 – 10:30``"""
        slot = slot or self.meeting_id.slot_id
        wording = self._wording()
        return f"{wording.hour(slot.start)} – {wording.hour(slot.stop)}"

    def _tell_zone(self, instant=None):
        """``Paris time (UTC+1)``"""
        instant = instant or self.meeting_id.start
        return self.env["booking.journey"]._tell_zone(self.meeting_id.date_tz or "UTC", instant)

    def _tell_short(self, slot=None):
        """``Tue, Nov 24, 10:00``; nothing where no slot is fixed yet"""
        slot = slot or self.meeting_id.slot_id
        if not slot:
            return ""
        wording = self._wording()
        return f"{wording.short_day(wording.local(slot.start).date())}, {wording.hour(slot.start)}"

    def _tell_instant(self, instant):
        """``Tue, Nov 24, 10:00``"""
        wording = self._wording()
        return f"{wording.short_day(wording.local(instant).date())}, {wording.hour(instant)}"

    def _tell_proposals(self):
        """Return the proposed slots as lines of text."""
        return [
            f"{self._tell_short(proposal.slot_id).rsplit(', ', 1)[0]}, {self._tell_hours(proposal.slot_id)}"
            for proposal in self.meeting_id.proposal_ids
        ]

    def _tell_other(self):
        """Return whom the recipient meets."""
        return self.meeting_id._get_shown_name(self.recipient)

    def _tell_recipient(self):
        meeting = self.meeting_id
        if self.recipient == "participant":
            return meeting.registration_id.name or ""
        return meeting._get_contact("partner").name or ""

    def _tell_place(self):
        return self.meeting_id._get_place()

    def _tell_word(self):
        """Return what the other side said with it: the request, the latest answer, or its latest message."""
        meeting = self.meeting_id
        if self.what == "word":
            words = [word for word in meeting._get_words(self.recipient) if not word["own"]]
            return html2plaintext(words[-1]["body"]).strip() if words else ""
        return (meeting.message if self.what == "request" else meeting.reply) or ""

    def _tell_writer(self):
        """Say whose word it is, where both sides are sent the same: nobody is to take their own for the other's."""
        side = self.meeting_id.reply_side
        if self.what not in ("accepted", "cancelled") or not side or not self._tell_word():
            return ""
        if side == self.recipient:
            return self.env._("You wrote:")
        return self.env._("%s wrote:", self._tell_other())

    def _tell_cancelled(self):
        """Return in a sentence who called off what."""
        meeting, other = self.meeting_id, self._tell_other()
        is_own = meeting.reply_side == self.recipient
        if not meeting.slot_id:
            return self.env._("%s has withdrawn the request for a meeting.", other)
        if not meeting.reply_side:
            return self.env._("This meeting was cancelled:")
        return self.env._("You cancelled this meeting:") if is_own else self.env._("%s cancelled this meeting:", other)

    def _get_link(self):
        """Return the address of the recipient's pages."""
        return self.meeting_id._get_link(self.recipient)
