from datetime import timedelta

from psycopg2 import errors

from odoo import api, fields, models

from ..exceptions import PARTNER, SIDES, MeetingRefused, other_side

PROPOSED_AT_MOST = 5
MESSAGE_AT_MOST = 2000


class BusinessMeeting(models.Model):
    """What partners and participants do about a meeting: the only place where its state changes.

    The pages of both sides and the windows of the organiser call these. Each acts with all rights: the caller has made
    sure who the ``side`` is; all else that somebody may have typed is looked up here again. ``side`` is ``"partner"``
    or ``"participant"``. Each raises :class:`MeetingRefused` with a text for whoever did it; pages call them through
    ``_in_own_transaction``, so that a refusal leaves nothing behind.
    """

    _inherit = "business.meeting"

    @api.model
    def _request(self, sponsor, registration, side, slots, space=None, message=None):
        """Ask for a meeting.

        :param slots: ``business.meeting.slot``, one to five: when it could be
        :param space: ``business.meeting.space`` of the partner where it would be, or nothing: any that is free
        :param message: what is said with it, or nothing
        :return: the new meeting, which waits for the other side
        """
        meetings = self.sudo()
        sponsor, registration = sponsor.sudo(), registration.sudo()
        meetings._check_may_meet(sponsor, registration)
        meetings._check_not_asked_yet(sponsor, registration)
        meetings._claim_request(side, sponsor, registration)
        registration._get_meeting_url()  # exists from now on: no page that is only looked at has to make it
        proposals = meetings._read_proposals(sponsor, registration, side, slots, space)
        try:
            with self.env.cr.savepoint():
                meeting = meetings.with_context(mail_create_nosubscribe=True, mail_create_nolog=True).create(
                    {
                        "event_id": sponsor.event_id.id,
                        "sponsor_id": sponsor.id,
                        "registration_id": registration.id,
                        "origin": side,
                        "awaiting": other_side(side),
                        "message": meetings._read_message(message),
                        "expires_at": meetings._get_expiry(sponsor.event_id, slots),
                        "proposal_ids": proposals,
                    }
                )
                self.env.flush_all()
        except errors.UniqueViolation as error:
            raise MeetingRefused("already", self._say_already()) from error
        meeting._say(side, meeting.message)
        meeting._notify_meeting("request", [other_side(side)])
        return meeting

    def _accept(self, side, slot=None, space=None):
        """Confirm a request in one of its proposed slots.

        :param slot: the ``business.meeting.slot``; not needed where one only is proposed
        :param space: another ``business.meeting.space`` than the proposed one, for the partner; else any that is free
        :raise MeetingRefused: ``quota``, or ``taken`` with offers, besides what any answer is refused for
        """
        meeting = self._check_turn(side)
        proposals = meeting.proposal_ids
        if not slot and len(proposals) == 1:
            slot = proposals.slot_id
        proposal = proposals.filtered(lambda proposal: slot and proposal.slot_id.id == slot.id)
        if not proposal:
            raise MeetingRefused("slot", self.env._("Choose one of the proposed slots."))
        meeting._check_may_meet(meeting.sponsor_id, meeting.registration_id, answering=True)
        place = meeting._find_place(proposal.slot_id, proposal.space_id if side != PARTNER or not space else space)
        meeting._claim_quota(side)
        meeting._seat_or_refuse(
            {
                "state": "confirmed",
                "awaiting": False,
                "slot_id": place.slot_id,
                "space_id": place.space_id,
                "answered_at": fields.Datetime.now(),
                "expires_at": False,
                "sequence": meeting.sequence + 1,
            }
        )
        meeting._notify_meeting("accepted", SIDES)
        return meeting

    def _counter_propose(self, side, slots, space=None, message=None):
        """Answer a request by other slots: then the other side has to answer, and has as long as for any request."""
        meeting = self._check_turn(side)
        meeting._check_may_meet(meeting.sponsor_id, meeting.registration_id, answering=True)
        proposals = meeting._read_proposals(meeting.sponsor_id, meeting.registration_id, side, slots, space)
        meeting.proposal_ids.unlink()
        meeting.write(
            {
                "awaiting": other_side(side),
                "reply": meeting._read_message(message),
                "reply_side": side,
                "expires_at": meeting._get_expiry(meeting.event_id, slots),
                "sequence": meeting.sequence + 1,
                "proposal_ids": proposals,
            }
        )
        meeting._say(side, meeting.reply)
        meeting._notify_meeting("proposed", [other_side(side)])
        return meeting

    def _refuse(self, side, message=None):
        """Decline a request."""
        meeting = self._check_turn(side, late=True)
        meeting._end("refused", side, message)
        meeting._notify_meeting("refused", [other_side(side)])
        return meeting

    def _cancel(self, side, message=None):
        """Call a confirmed meeting off before it is over, or take back a request that one has sent."""
        self.ensure_one()
        meeting = self.sudo()
        if meeting.state == "requested" and meeting.awaiting == side:
            raise MeetingRefused("turn", self.env._("This request waits for your answer: decline it instead."))
        if meeting.state not in ("requested", "confirmed"):
            raise MeetingRefused("state", meeting._say_state())
        if meeting.state == "confirmed" and meeting.stop <= fields.Datetime.now():
            raise MeetingRefused("state", self.env._("This meeting is over: it can no longer be cancelled."))
        was_confirmed = meeting.state == "confirmed"
        meeting._end("cancelled", side, message)
        meeting._notify_meeting("cancelled", SIDES if was_confirmed else [other_side(side)])
        return meeting

    def _move(self, side, slot, space=None):
        """Put a confirmed meeting into another slot or space that is free for both; it stays the same meeting.

        :raise MeetingRefused: ``taken`` with offers; the meeting then stays where it was
        """
        self.ensure_one()
        meeting = self.sudo()
        if meeting.state != "confirmed":
            raise MeetingRefused("state", meeting._say_state())
        if meeting.stop <= fields.Datetime.now():
            raise MeetingRefused("state", self.env._("This meeting is over: it can no longer be moved."))
        if not slot or slot == meeting.slot_id and (not space or space == meeting.space_id):
            raise MeetingRefused("slot", self.env._("The meeting is in this slot already: choose another one."))
        place = meeting._find_place(slot, space, preferred=meeting.space_id)
        meeting._seat_or_refuse(
            {
                "slot_id": place.slot_id,
                "space_id": place.space_id,
                "sequence": meeting.sequence + 1,
            }
        )
        meeting._notify_meeting("changed", SIDES)
        return meeting

    @api.model
    def _book(self, sponsor, registration, side, slot, space=None, message=None):
        """Ask and accept at once, in the name of both: what the organiser does for people who agreed aloud.

        :param side: who is told to have asked
        """
        meeting = self.with_context(business_meeting_quiet_request=True)._request(
            sponsor, registration, side, slot, space, message
        )
        meeting.is_booked = True
        return meeting.with_context(business_meeting_quiet_request=False)._accept(other_side(side), slot, space)

    # What all of them ask

    @api.model
    def _check_may_meet(self, sponsor, registration, answering=False):
        """:raise MeetingRefused: ``off`` or ``unmatched``

        :param answering: whether a request is there already. Then the rules were asked when it was sent, and a rule
            that changed since takes no request back.
        """
        event = sponsor.event_id
        if not event.meeting_enabled or registration.event_id != event or not sponsor.active:
            raise MeetingRefused("off", self.env._("There are no business meetings with this partner."))
        if registration.state not in ("open", "done") or not registration.active:
            raise MeetingRefused("off", self.env._("This participant is no longer registered."))
        if not answering and not sponsor._can_meet(registration):
            raise MeetingRefused(
                "unmatched", self.env._("The rules of the event do not provide for a meeting of these two.")
            )

    @api.model
    def _check_not_asked_yet(self, sponsor, registration):
        """:raise MeetingRefused: ``already``"""
        between = [("sponsor_id", "=", sponsor.id), ("registration_id", "=", registration.id)]
        for meeting in self.sudo().search([*between, ("state", "in", ("requested", "confirmed"))]):
            if meeting.state == "requested" and not meeting._is_open():
                meeting._expire()
            elif meeting.state == "requested" or meeting.stop > fields.Datetime.now():
                raise MeetingRefused("already", self._say_already())

    def _check_turn(self, side, late=False):
        """Return the meeting with all rights, when a side may answer it.

        :param late: whether an answer is taken after the time for it, as a refusal is
        :raise MeetingRefused: ``state``, ``expired`` or ``turn``
        """
        self.ensure_one()
        meeting = self.sudo()
        if meeting.state != "requested":
            raise MeetingRefused("expired" if meeting.state == "expired" else "state", meeting._say_state())
        if meeting.awaiting != side:
            raise MeetingRefused("turn", self.env._("The other side has to answer this request."))
        if not late and not meeting._is_open():
            raise MeetingRefused("expired", self.env._("The time to answer this request is over."))
        return meeting

    @api.model
    def _read_proposals(self, sponsor, registration, side, slots, space):
        """Return commands that create the proposals for slots, each looked up again."""
        if not slots or len(slots) > PROPOSED_AT_MOST:
            raise MeetingRefused(
                "no_slot", self.env._("Choose between one and %s slots in which you could meet.", PROPOSED_AT_MOST)
            )
        self._check_space(sponsor, space)
        for slot in slots:
            self._check_slot(sponsor.event_id, slot)
        common = self._get_common_slots(sponsor, registration, space)
        free = {offer.slot_id for offer in common}
        if taken := slots.filtered(lambda slot: slot.id not in free):
            raise MeetingRefused(
                "taken",
                self.env._(
                    "One of the two is busy or not available then, choose another slot: %s",
                    ", ".join(taken.sudo().mapped("display_name")),
                ),
                common[:6],
            )
        values = {"side": side, "space_id": space.id if space else False}
        return [fields.Command.create({"slot_id": slot.id, **values}) for slot in slots]

    @api.model
    def _check_space(self, sponsor, space):
        """:raise MeetingRefused: ``space``, also where the partner has none at all"""
        spaces = sponsor.sudo().meeting_space_ids
        if not spaces:
            raise MeetingRefused("space", self.env._("%s has no meeting space yet.", sponsor.sudo().name))
        if space and space.sudo() not in spaces:
            raise MeetingRefused("space", self.env._("Choose a space of this partner."))

    @api.model
    def _check_slot(self, event, slot):
        """:raise MeetingRefused: ``slot``"""
        slot = slot.sudo()
        if slot.event_id != event or not slot.is_open:
            raise MeetingRefused("slot", self.env._("This slot is not offered at the event."))
        if slot.start <= fields.Datetime.now():
            raise MeetingRefused("slot", self.env._("This slot has begun already: choose a later one."))

    def _find_place(self, slot, space=None, preferred=None):
        """Return an :class:`Offer` for a slot: in a space, or in any that is free, a preferred one first.

        :raise MeetingRefused: ``space``, ``slot``, or ``taken`` with the next common slots
        """
        self._check_space(self.sponsor_id, space)
        self._check_slot(self.event_id, slot)
        places = self._get_free_places(self.sponsor_id, self.registration_id, space, leaving_out=self)
        fitting = [place for place in places if place.slot_id == slot.id]
        if not fitting:
            raise MeetingRefused("taken", self.env._("This slot is taken: choose another one."), self._get_offers(slot))
        return next((place for place in fitting if preferred and place.space_id == preferred.id), fitting[0])

    @api.model
    def _get_expiry(self, event, slots):
        """Return until when a request can be answered: some hours, and never beyond the last slot proposed."""
        last = max(slots.sudo().mapped("start"))
        if not event.meeting_expiry_hours:
            return last
        return min(last, fields.Datetime.now() + timedelta(hours=event.meeting_expiry_hours))

    @api.model
    def _read_message(self, message):
        return (message or "").strip()[:MESSAGE_AT_MOST] or False

    def _end(self, state, side, message=None):
        """Bring a meeting to an end that frees what it took."""
        values = {
            "state": state,
            "awaiting": False,
            "reply": self._read_message(message),
            "reply_side": side,
            "expires_at": False,
            "sequence": self.sequence + 1,
        }
        if state == "refused":
            values["answered_at"] = fields.Datetime.now()
        self.write(values)
        self._free_seats()
        self._say(side, self.reply)

    def _expire(self):
        """End requests that nobody answered in time, and tell who asked: the right to ask is theirs again."""
        for meeting in self.sudo():
            asker = other_side(meeting.awaiting)
            meeting.write({"state": "expired", "awaiting": False, "sequence": meeting.sequence + 1})
            meeting._notify_meeting("expired", [asker])

    def _say(self, side, text):
        """Put what a side says into the chatter of the meeting, in its name. It is text, never markup."""
        if not text:
            return
        person = self.sponsor_id.partner_id if side == PARTNER else self.registration_id.partner_id
        user = self.env.user
        if not user._is_public() and user.partner_id.commercial_partner_id == person.commercial_partner_id:
            person = user.partner_id
        self.with_context(mail_post_autofollow=False, mail_notify_author=False).message_post(
            body=text,
            author_id=person.id or None,
            email_from=person.email_formatted or self.registration_id.email or None,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    @api.model
    def _say_already(self):
        return self.env._("These two have an open request or a meeting ahead of them already.")

    def _say_state(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._("This is no longer possible, the meeting is: %s.", states[self.state])
