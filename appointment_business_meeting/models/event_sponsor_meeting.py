from collections import Counter

from odoo import fields, models
from odoo.fields import Domain

from .event_event_meeting import STAFF


class EventSponsor(models.Model):
    """A partner of business meetings: whom they may meet, and what their pages show.

    The pages live at :meth:`_get_meeting_url`. They act with all rights for whoever :meth:`_is_run_by` says, and find
    participants only through :meth:`_search_meeting_participants` and :meth:`_can_meet`.
    """

    _inherit = "event.sponsor"

    meeting_space_ids = fields.One2many("business.meeting.space", "sponsor_id", string="Meeting spaces", groups=STAFF)
    meeting_ids = fields.One2many("business.meeting", "sponsor_id", string="Meetings", groups=STAFF)
    meeting_count = fields.Integer(compute="_compute_meeting_counts", groups=STAFF)
    meeting_sent_count = fields.Integer(string="Requests sent", compute="_compute_meeting_counts", groups=STAFF)
    meeting_received_count = fields.Integer(
        string="Requests to answer", compute="_compute_meeting_counts", groups=STAFF
    )
    meeting_fill_rate = fields.Float(
        string="Slots taken",
        compute="_compute_meeting_fill_rate",
        groups=STAFF,
        help="Of the slots that are open in the partner's spaces, the part in which a meeting is confirmed.",
    )

    def _compute_meeting_counts(self):
        counts = Counter()
        groups = (
            self.env["business.meeting"]
            .sudo()
            ._read_group(
                [("sponsor_id", "in", self.ids), ("state", "in", ("confirmed", "requested"))],
                ["sponsor_id", "awaiting"],
                ["__count"],
            )
        )
        for sponsor, awaiting, count in groups:
            counts[sponsor.id, awaiting] += count
        for sponsor in self:
            sponsor.meeting_count = counts[sponsor.id, False]
            sponsor.meeting_sent_count = counts[sponsor.id, "participant"]
            sponsor.meeting_received_count = counts[sponsor.id, "partner"]

    def _compute_meeting_fill_rate(self):
        groups = (
            self.env["business.meeting.capacity"]
            .sudo()
            ._read_group([("sponsor_id", "in", self.ids)], ["sponsor_id"], ["fill_rate:avg"])
        )
        rates = {sponsor.id: rate for sponsor, rate in groups}
        for sponsor in self:
            sponsor.meeting_fill_rate = rates.get(sponsor.id, 0)

    def write(self, vals):
        if "event_id" in vals:
            self.sudo().meeting_space_ids._refuse_if_used()
        result = super().write(vals)
        if vals.get("active") is False:
            self._call_meetings_off()
        return result

    def _call_meetings_off(self):
        """A partner who leaves the event meets nobody there."""
        self.env["business.meeting"]._call_off([("sponsor_id", "in", self.ids)], "partner")

    def _get_meeting_url(self):
        """Return the path of the partner's pages."""
        self.ensure_one()
        return f"/my/meetings/partner/{self.id}"

    def _is_run_by(self, user):
        """Tell whether somebody acts for the partner: their account belongs to the partner's company."""
        self.ensure_one()
        company = self.sudo().partner_id.commercial_partner_id
        return not user._is_public() and user.partner_id.commercial_partner_id == company

    def _search_run_by(self, user):
        """Return the partners for whom somebody acts at events with business meetings, with all rights."""
        if user._is_public():
            return self.sudo().browse()
        return self.sudo().search(
            [
                ("partner_id.commercial_partner_id", "=", user.partner_id.commercial_partner_id.id),
                ("event_id.meeting_enabled", "=", True),
            ]
        )

    def _get_meeting_participant_domain(self):
        """Return the one domain of the participants whom the partner may meet, for ``event.registration``.

        The union of the rules that the partner fulfils, among those who take part; never the partner's own people.
        The number of queries depends neither on the number of rules nor on that of participants. Read with all rights.
        """
        self.ensure_one()
        event = self.sudo().event_id
        if not event.meeting_enabled or not self.active:
            return Domain.FALSE
        matching = event.meeting_rule_ids._for(self, "partner")
        if not matching:
            return Domain.FALSE
        company = self.sudo().partner_id.commercial_partner_id
        foreign = Domain("partner_id", "=", False) | Domain("partner_id.commercial_partner_id", "!=", company.id)
        return event._get_meeting_registration_domain() & matching._union("participant") & foreign

    def _can_meet(self, registration):
        """Tell whether the rules let the partner meet a participant."""
        domain = self._get_meeting_participant_domain() & Domain("id", "=", registration.id)
        return bool(self.env["event.registration"].sudo().search_count(domain, limit=1))

    def _find_meeting_participant(self, registration_id):
        """Return a participant by what a visitor sent as their number, with all rights; nothing for any other."""
        if not str(registration_id).isdecimal():
            return self.env["event.registration"].sudo().browse()
        domain = self._get_meeting_participant_domain() & Domain("id", "=", int(registration_id))
        return self.env["event.registration"].sudo().search(domain, limit=1)

    def _search_meeting_participants(self, search="", offset=0, limit=20, chosen=None, asked=None):
        """Return ``(participants, how many there are in all)`` for a page of the partner's list, with all rights.

        :param search: words that all have to be found in the fields that the organiser made searchable
        :param chosen: ``{number of a business.meeting.field: value}``, of those that ``_get_choices`` offers
        :param asked: ``True`` for those whom a request or a meeting brings together with the partner, ``False`` for
            the others, ``None`` for both
        """
        fields_searched = self.sudo().event_id.meeting_field_ids.filtered("is_searched")
        domain = self._get_meeting_participant_domain() & fields_searched._get_search_domain(search)
        domain &= fields_searched._get_choice_domain(chosen or {})
        if asked is not None:
            together = Domain(
                "meeting_ids", "any", [("sponsor_id", "=", self.id), ("state", "in", ("requested", "confirmed"))]
            )
            domain &= together if asked else ~together
        registrations = self.env["event.registration"].sudo()
        found = registrations.search(domain, offset=offset, limit=limit, order="name, id")
        if not offset and (limit is None or len(found) < limit):
            return found, len(found)
        return found, registrations.search_count(domain)

    def _get_meeting_columns(self):
        """Return what the partner's list shows: ``business.meeting.field``, with all rights, in order."""
        return self.sudo().event_id.meeting_field_ids.filtered("is_shown")

    def _tell_participant(self, registration):
        """Return what a participant is called before they have asked or agreed: by what the organiser shows."""
        columns = self._get_meeting_columns().filtered(lambda field: field.what in ("name", "company"))
        shown = dict(zip(columns.mapped("what"), columns._read(registration)[registration.id], strict=True))
        name, company = shown.get("name"), shown.get("company")
        if name and company:
            return f"{name} ({company})"
        return name or company or self.env._("Participant %s", registration.id)

    def _propose_meeting_space(self):
        """Return values of the first space, which a partner without any is offered; see I03."""
        self.ensure_one()
        return {"sponsor_id": self.id, "name": self.sudo().name}

    def _get_sales_contacts(self):
        """Return the contacts whom a space can be given to: the people of the partner's company, with all rights."""
        company = self.sudo().partner_id.commercial_partner_id
        return company.env["res.partner"].search(
            [("commercial_partner_id", "=", company.id), ("is_company", "=", False), ("type", "=", "contact")]
        )

    def action_view_meetings(self):
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("appointment_business_meeting.action_business_meeting") | {
            "domain": [("sponsor_id", "=", self.id)],
            "context": {},
        }
