from odoo import models

from ..exceptions import PARTICIPANT, PARTNER, MeetingRefused, other_side


class BusinessMeeting(models.Model):
    """What the two sides write to each other about a meeting, besides what they do."""

    _inherit = "business.meeting"

    def _write_word(self, side, text):
        """Say something to the other side; it is told so by e-mail.

        :raise MeetingRefused: ``word`` for no text, ``state`` when there is no meeting (any more) to talk about
        """
        self.ensure_one()
        meeting = self.sudo()
        text = meeting._read_message(text)
        if not text:
            raise MeetingRefused("word", self.env._("Write a message first."))
        if not meeting._may_write(side):
            raise MeetingRefused("state", meeting._say_state())
        meeting._say(side, text)
        meeting._notify_meeting("word", [other_side(side)])
        return meeting

    def _may_write(self, side):
        """Tell whether a side may still write: as long as there is a request or a meeting, also after it."""
        self.ensure_one()
        meeting = self.sudo()
        return meeting.state == "confirmed" or meeting._is_open()

    def _get_words(self, side):
        """Return what was said, oldest first: dicts with ``who`` (text), ``own`` (bool), ``instant`` and ``body``.

        Notes among the organiser's people are left out, and what Odoo writes down about changes of the state.
        """
        self.ensure_one()
        meeting = self.sudo()
        words = meeting.message_ids.filtered(
            lambda message: message.message_type == "comment" and not message.is_internal and message.body
        )
        return [
            {
                "who": meeting._tell_speaker(message, side),
                "own": meeting._find_speaker(message) == side,
                "instant": message.date,
                "body": message.body,
            }
            for message in words.sorted("id")
        ]

    def _find_speaker(self, message):
        """Return which side a message is from; nothing for the organiser's people."""
        author, registration = message.author_id, self.registration_id
        if author and author == registration.partner_id:
            return PARTICIPANT
        if author and author.commercial_partner_id == self.sponsor_id.partner_id.commercial_partner_id:
            return PARTNER
        return PARTICIPANT if not author or not author.user_ids else None

    def _tell_speaker(self, message, viewer):
        side = self._find_speaker(message)
        if side == viewer:
            return self.env._("You") if side == PARTICIPANT else message.author_id.name
        if side == PARTICIPANT:
            return self._get_shown_name(viewer)
        if side == PARTNER:
            author, partner = message.author_id.name, self.sponsor_id.name
            return partner if author == partner else f"{author} ({partner})"
        return self.env._("%s (organiser)", message.author_id.name)

    def _get_shown_name(self, viewer):
        """Return what the other side is called on the pages and in the e-mails of a side.

        A partner who has asked learns no more of a participant than the organiser shows in the list, until the
        participant has asked or agreed.
        """
        self.ensure_one()
        meeting = self.sudo()
        if viewer == PARTICIPANT:
            return meeting._get_name(PARTNER)
        if meeting.origin == PARTICIPANT or meeting.slot_id or meeting.awaiting == PARTNER:
            return meeting._get_name(PARTICIPANT)
        return meeting.sponsor_id._tell_participant(meeting.registration_id)
