from collections import defaultdict

from odoo import api, fields, models

from ..exceptions import Offer

OFFERED = 6


class BusinessMeeting(models.Model):
    """When a partner and a participant are both free."""

    _inherit = "business.meeting"

    @api.model
    def _get_common_slots(self, sponsor, registration, space=None, leaving_out=None):
        """Return the slots that a partner and a participant have in common, soonest first.

        A slot of the grid is common when it is open, ahead, not closed in the space, and when the participant, the
        space and its sales contact have no confirmed meeting then (at whatever event). By a fixed number of queries.

        :param space: only this space of the partner; else any of them, each slot once, in the first space that fits
        :param leaving_out: a meeting whose own seats do not count, since it is the one that moves
        :return: list of :class:`Offer`
        """
        offers, seen = [], set()
        for offer in self._get_free_places(sponsor, registration, space, leaving_out):
            if offer.slot_id not in seen:
                seen.add(offer.slot_id)
                offers.append(offer)
        return offers

    @api.model
    def _get_free_places(self, sponsor, registration, space=None, leaving_out=None):
        """Return all common slots with each space that is free then, as :meth:`_get_common_slots` does."""
        sponsor, registration = sponsor.sudo(), registration.sudo()
        env = sponsor.env
        spaces = env["business.meeting.space"].search([("sponsor_id", "=", sponsor.id)])
        if space:
            spaces = spaces & space.sudo()
        slots = env["business.meeting.slot"].search(
            [
                ("event_id", "=", sponsor.event_id.id),
                ("is_open", "=", True),
                ("start", ">", fields.Datetime.now()),
            ]
        )
        if not spaces or not slots:
            return []
        closed = {
            (closure.space_id.id, closure.slot_id.id)
            for closure in env["business.meeting.closure"].search([("space_id", "in", spaces.ids)])
        }
        keys = spaces._get_meeting_keys()
        person = registration._get_meeting_keys()
        busy = env["business.meeting.seat"]._get_busy(
            person.union(*keys.values()), slots[0].start, max(slots.mapped("stop")), leaving_out
        )
        return [
            Offer(slot.id, place.id, slot.start, slot.stop)
            for slot in slots
            for place in spaces
            if (place.id, slot.id) not in closed
            and not any(
                start < slot.stop and slot.start < stop for who in person | keys[place.id] for start, stop in busy[who]
            )
        ]

    def _get_offers(self, refused_slot=None):
        """Return the next common slots of a meeting, to be offered in place of one that cannot be had."""
        self.ensure_one()
        common = self._get_common_slots(self.sponsor_id, self.registration_id, leaving_out=self)
        return [offer for offer in common if not refused_slot or offer.slot_id != refused_slot.id][:OFFERED]


class BusinessMeetingSeat(models.Model):
    _inherit = "business.meeting.seat"

    @api.model
    def _get_busy(self, keys, start, stop, leaving_out=None):
        """Return when people and spaces are in meetings: ``{who: [(start, stop), ...]}``, by one query."""
        domain = [("who", "in", list(keys)), ("start", "<", stop), ("stop", ">", start)]
        if leaving_out:
            domain.append(("meeting_id", "not in", leaving_out.ids))
        busy = defaultdict(list)
        for seat in self.sudo().search(domain):
            busy[seat.who].append((seat.start, seat.stop))
        return busy
