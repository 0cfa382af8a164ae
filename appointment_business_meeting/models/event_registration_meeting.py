import re
import secrets

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import consteq

from .event_event_meeting import STAFF

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class EventRegistration(models.Model):
    """A participant of business meetings: the partners they may meet, and what their pages need.

    The pages live at :meth:`_get_meeting_url`; whoever has the link acts as the participant. So the token is kept from
    all but the system, and goes out in messages to the participant only.
    """

    _inherit = "event.registration"

    meeting_token = fields.Char(copy=False, readonly=True, groups="base.group_system")
    meeting_has_account = fields.Boolean(
        string="Has an account",
        compute="_compute_meeting_has_account",
        search="_search_meeting_has_account",
        help="Whether the contact of the registration can sign in: a condition for matching rules.",
    )
    meeting_ids = fields.One2many("business.meeting", "registration_id", string="Meetings", groups=STAFF)
    meeting_count = fields.Integer(compute="_compute_meeting_count", groups=STAFF)

    _meeting_token_index = models.UniqueIndex("(meeting_token) WHERE meeting_token IS NOT NULL")

    def _compute_meeting_count(self):
        meetings = self.env["business.meeting"].sudo()
        domain = [("registration_id", "in", self.ids), ("state", "=", "confirmed")]
        counts = {one.id: count for one, count in meetings._read_group(domain, ["registration_id"], ["__count"])}
        for registration in self:
            registration.meeting_count = counts.get(registration.id, 0)

    @api.depends("partner_id.user_ids.active")
    def _compute_meeting_has_account(self):
        for registration in self:
            registration.meeting_has_account = bool(registration.sudo().partner_id.user_ids)

    @api.model
    def _search_meeting_has_account(self, operator, value):
        if operator != "in":
            return NotImplemented
        having = Domain("partner_id.user_ids.active", "=", True)
        wanted = Domain.FALSE
        if True in value:
            wanted |= having
        if False in value:
            wanted |= ~having
        return wanted

    def write(self, vals):
        result = super().write(vals)
        if {"email", "partner_id", "name"} & vals.keys():
            self.env["business.meeting"]._get_ahead([("registration_id", "in", self.ids)])._renew_seats()
        if vals.get("state") == "cancel" or vals.get("active") is False:
            self.env["business.meeting"]._call_off([("registration_id", "in", self.ids)], "participant")
        return result

    def _get_meeting_url(self):
        """Return the path of the participant's pages, which whoever has it can use."""
        self.ensure_one()
        registration = self.sudo()
        if not registration.meeting_token:
            registration.meeting_token = secrets.token_urlsafe(32)
        return f"/meetings/{registration.meeting_token}"

    @api.model
    def _find_by_meeting_token(self, token):
        """Return the participant whose link a visitor has followed, with all rights; nothing for any other text."""
        registrations = self.sudo()
        if not TOKEN.fullmatch(token or ""):
            return registrations.browse()
        found = registrations.search([("meeting_token", "=", token)], limit=1)
        if not found or not consteq(found.meeting_token, token) or not found.event_id.meeting_enabled:
            return registrations.browse()
        return found

    @api.model
    def _search_meeting_own(self, user):
        """Return the registrations of somebody with an account at events with business meetings, with all rights."""
        registrations = self.sudo()
        if user._is_public():
            return registrations.browse()
        return registrations.search(
            [
                ("partner_id", "=", user.partner_id.id),
                ("event_id.meeting_enabled", "=", True),
                ("state", "in", ("open", "done")),
            ]
        )

    def _takes_part(self):
        """Tell whether the participant's pages are theirs to use: they are registered, and not cancelled."""
        self.ensure_one()
        registration = self.sudo()
        return registration.active and registration.state in ("open", "done")

    def _get_meeting_sponsor_domain(self):
        """Return the one domain of the partners whom the participant may meet, for ``event.sponsor``.

        The mirror of ``event.sponsor._get_meeting_participant_domain``, by a fixed number of queries, too.
        """
        self.ensure_one()
        registration = self.sudo()
        event = registration.event_id
        if not event.meeting_enabled:
            return Domain.FALSE
        takes_part = event._get_meeting_registration_domain() & Domain("id", "=", registration.id)
        if not registration.search_count(takes_part, limit=1):
            return Domain.FALSE
        matching = event.meeting_rule_ids._for(registration, "participant")
        if not matching:
            return Domain.FALSE
        domain = Domain("event_id", "=", event.id) & matching._union("partner")
        if company := registration.partner_id.commercial_partner_id:
            domain &= Domain("partner_id.commercial_partner_id", "!=", company.id)
        return domain

    def _search_meeting_sponsors(self, search="", offset=0, limit=20, asked=None):
        """Return ``(partners, how many there are in all)`` for a page of the participant's list, with all rights.

        :param search: words that all have to be found in the name, slogan or level of the partner
        :param asked: ``True`` for those with whom a request or a meeting brings them together, ``False`` for the
            others, ``None`` for both
        """
        domain = self._get_meeting_sponsor_domain()
        if asked is not None:
            together = Domain(
                "meeting_ids", "any", [("registration_id", "=", self.id), ("state", "in", ("requested", "confirmed"))]
            )
            domain &= together if asked else ~together
        for word in (search or "").split()[:8]:
            domain &= (
                Domain("name", "ilike", word)
                | Domain("subtitle", "ilike", word)
                | Domain("sponsor_type_id.name", "ilike", word)
            )
        sponsors = self.env["event.sponsor"].sudo()
        found = sponsors.search(domain, offset=offset, limit=limit, order="name, id")
        if not offset and (limit is None or len(found) < limit):
            return found, len(found)
        return found, sponsors.search_count(domain)

    def _find_meeting_sponsor(self, sponsor_id):
        """Return a partner by what a visitor sent as their number, with all rights; nothing for any other."""
        if not str(sponsor_id).isdecimal():
            return self.env["event.sponsor"].sudo().browse()
        domain = self._get_meeting_sponsor_domain() & Domain("id", "=", int(sponsor_id))
        return self.env["event.sponsor"].sudo().search(domain, limit=1)

    def action_view_meetings(self):
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("appointment_business_meeting.action_business_meeting") | {
            "domain": [("registration_id", "=", self.id)],
            "context": {},
        }

    # What is left

    def _count_meetings(self):
        """Return ``(confirmed, requests sent that wait, requests received that wait)``, by one query."""
        self.ensure_one()
        confirmed = sent = received = 0
        open_requests = self.env["event.sponsor"]._get_open_requests()
        groups = (
            self.env["business.meeting"]
            .sudo()
            ._read_group(
                [("registration_id", "=", self.id), "|", ("state", "=", "confirmed"), *open_requests],
                ["state", "awaiting"],
                ["__count"],
            )
        )
        for state, awaiting, count in groups:
            if state == "confirmed":
                confirmed += count
            elif awaiting == "partner":
                sent += count
            else:
                received += count
        return confirmed, sent, received

    def _get_requests_left(self):
        """Return how many requests the participant may still send, ``None`` for as many as they like."""
        limit = self.sudo().event_id.meeting_participant_request_limit
        return max(0, limit - self._count_meetings()[1]) if limit else None

    def _get_meeting_counters(self):
        """Return the numbers at the top of the participant's pages: see ``event.sponsor._get_meeting_counters``.

        Participants have no quota; ``slots_free`` are the slots ahead in which they have no meeting.
        """
        confirmed, sent, received = self._count_meetings()
        limit = self.sudo().event_id.meeting_participant_request_limit
        return {
            "requests_left": max(0, limit - sent) if limit else None,
            "confirmed": confirmed,
            "quota": None,
            "slots_free": self._count_free_slots(),
            "waiting": received,
            "sent": sent,
        }

    def _count_free_slots(self):
        registration = self.sudo()
        slots = registration.env["business.meeting.slot"].search(
            [
                ("event_id", "=", registration.event_id.id),
                ("is_open", "=", True),
                ("start", ">", fields.Datetime.now()),
            ]
        )
        if not slots:
            return 0
        keys = registration._get_meeting_keys()
        busy = registration.env["business.meeting.seat"]._get_busy(keys, slots[0].start, max(slots.mapped("stop")))
        taken = [span for spans in busy.values() for span in spans]
        return sum(not any(start < slot.stop and slot.start < stop for start, stop in taken) for slot in slots)
