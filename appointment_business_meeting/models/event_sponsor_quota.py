from odoo import api, fields, models
from odoo.exceptions import AccessError

from .event_event_meeting import STAFF

# What organisers of meetings set on a partner; the rest of it is for administrators of events.
SET_BY_ORGANISERS = frozenset(("meeting_has_quota", "meeting_quota", "meeting_pack_ids", "meeting_space_ids"))


class EventSponsor(models.Model):
    """How many meetings a partner can confirm: their own quota, else that of their products, else the event's."""

    _inherit = "event.sponsor"

    meeting_has_quota = fields.Boolean(
        string="Own quota of confirmed meetings",
        groups=STAFF,
        help="It counts instead of those of quota products and of the event; quotas do not add up.",
    )
    meeting_quota = fields.Integer(string="Own quota", groups=STAFF, help="0: as many meetings as they like.")
    meeting_pack_ids = fields.One2many("business.meeting.pack", "sponsor_id", string="Quota products", groups=STAFF)
    meeting_quota_note = fields.Char(string="Quota that counts", compute="_compute_meeting_quota_note", groups=STAFF)

    _meeting_quota_positive = models.Constraint(
        "CHECK (COALESCE(meeting_quota, 0) >= 0)", "A quota of meetings is not negative."
    )

    def write(self, vals):
        """Let organisers of meetings set quotas and spaces, and nothing else: they write partners for that only."""
        is_theirs = self.env.su or vals.keys() <= SET_BY_ORGANISERS
        if not is_theirs and not self.env.user.has_group("event.group_event_manager"):
            raise AccessError(
                self.env._(
                    "You may set how many meetings a partner can have. The rest is for administrators of events."
                )
            )
        return super().write(vals)

    @api.depends(
        "meeting_has_quota",
        "meeting_quota",
        "meeting_pack_ids.quantity",
        "meeting_pack_ids.product_id",
        "event_id.meeting_has_quota",
        "event_id.meeting_quota",
    )
    def _compute_meeting_quota_note(self):
        """Say which number counts, and why."""
        for sponsor in self:
            quota, level = sponsor._get_meeting_quota()
            reason = {
                "partner": self.env._("the partner's own quota"),
                "product": self.env._("the quota products of the partner"),
                "event": self.env._("the event's quota"),
                None: self.env._("no quota is set"),
            }[level]
            if quota is None:
                sponsor.meeting_quota_note = self.env._("As many as they like: %s.", reason)
            elif quota == 1:
                sponsor.meeting_quota_note = self.env._("One meeting: %s.", reason)
            else:
                sponsor.meeting_quota_note = self.env._("%(quota)s meetings: %(reason)s.", quota=quota, reason=reason)

    def _get_meeting_quota(self):
        """Return ``(meetings that can be confirmed, level)``. The first level that is set wins; they do not add up.

        :return: the number, ``None`` for no limit; and ``"partner"``, ``"product"`` (the sum of the products assigned,
            without limit if one of them is), ``"event"``, or ``None`` where no level is set
        """
        self.ensure_one()
        sponsor = self.sudo()
        event = sponsor.event_id
        if sponsor.meeting_has_quota:
            return sponsor.meeting_quota or None, "partner"
        packs = sponsor.meeting_pack_ids
        if packs:
            quotas = [pack.quantity * pack.product_id.meeting_quota for pack in packs]
            return (sum(quotas) if all(quotas) else None), "product"
        if event.meeting_has_quota:
            return event.meeting_quota or None, "event"
        return None, None

    # What is left

    def _count_meetings(self):
        """Return ``(confirmed, requests sent that wait, requests received that wait)``, by one query."""
        self.ensure_one()
        confirmed = sent = received = 0
        groups = (
            self.env["business.meeting"]
            .sudo()
            ._read_group(
                [("sponsor_id", "=", self.id), "|", ("state", "=", "confirmed"), *self._get_open_requests()],
                ["state", "awaiting"],
                ["__count"],
            )
        )
        for state, awaiting, count in groups:
            if state == "confirmed":
                confirmed += count
            elif awaiting == "participant":
                sent += count
            else:
                received += count
        return confirmed, sent, received

    @api.model
    def _get_open_requests(self):
        return [
            "&",
            ("state", "=", "requested"),
            "|",
            ("expires_at", "=", False),
            ("expires_at", ">", fields.Datetime.now()),
        ]

    def _get_requests_left(self):
        """Return how many requests the partner may still send: within the limit, and within the quota, of which each
        confirmed meeting and each request that waits is a part. ``None``: as many as they like.
        """
        confirmed, sent, _received = self._count_meetings()
        quota, _level = self._get_meeting_quota()
        limit = self.sudo().event_id.meeting_partner_request_limit
        left = [quota - confirmed - sent] if quota is not None else []
        left += [limit - sent] if limit else []
        return max(0, min(left)) if left else None

    def _is_quota_spoken_for(self):
        confirmed, sent, _received = self._count_meetings()
        quota, _level = self._get_meeting_quota()
        return quota is not None and confirmed + sent >= quota

    def _get_meeting_counters(self):
        """Return the numbers at the top of the partner's pages.

        :return: dict of

            ``requests_left``  how many requests may still be sent, ``None`` for no limit
            ``confirmed``      confirmed meetings
            ``quota``          how many can be confirmed, ``None`` for no limit
            ``slots_free``     slots ahead in all spaces that are open and not taken
            ``waiting``        requests received that wait for the partner's answer
            ``sent``           requests sent that wait for an answer
        """
        confirmed, sent, received = self._count_meetings()
        quota, _level = self._get_meeting_quota()
        return {
            "requests_left": self._get_requests_left(),
            "confirmed": confirmed,
            "quota": quota,
            "slots_free": self._count_free_slots(),
            "waiting": received,
            "sent": sent,
        }

    def _count_free_slots(self):
        """Return how many times something could still be agreed: slots ahead, for each space where they are open."""
        sponsor = self.sudo()
        spaces = sponsor.meeting_space_ids
        slots = sponsor.env["business.meeting.slot"].search(
            [
                ("event_id", "=", sponsor.event_id.id),
                ("is_open", "=", True),
                ("start", ">", fields.Datetime.now()),
            ]
        )
        if not slots or not spaces:
            return 0
        closed = sponsor.env["business.meeting.closure"].search(
            [("space_id", "in", spaces.ids), ("slot_id", "in", slots.ids)]
        )
        taken = {(closure.space_id.id, closure.slot_id.id) for closure in closed}
        taken |= {
            (meeting.space_id.id, meeting.slot_id.id)
            for meeting in sponsor.env["business.meeting"]._get_ahead([("space_id", "in", spaces.ids)])
        }
        return sum((space.id, slot.id) not in taken for space in spaces for slot in slots)
