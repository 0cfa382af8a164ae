from datetime import timedelta

from odoo import _, api, fields, models


class BookingType(models.Model):
    """How the agency is found: chosen by the visitor, by a postcode, or by nobody."""

    _inherit = "booking.type"

    choose_agency = fields.Boolean(
        string="Agency selection",
        default=True,
        help="Visitors choose among the agencies that have a free slot. Off, they are not asked: they see the slots of "
        "all agencies together, and the appointment is where the advisor is at that hour.",
    )
    filter_departments = fields.Boolean(
        string="Filter by department",
        help="Above the list of agencies, visitors may narrow it down to those of one department.",
    )
    hide_address = fields.Boolean(
        string="Hide the address",
        help="The list of agencies, the summary and the confirmation page show the name alone, and there is no map. "
        "The messages of a booked appointment still say where to go.",
    )
    geolocation = fields.Boolean(
        help="Visitors type an address or share their position, and see the nearest agencies first, with the distance "
        "and on a map.",
    )
    prequalify = fields.Boolean(
        string="Ask for the postcode first",
        help="Before anything else visitors give their postcode, and are sent to the agency that serves it. A link may "
        "carry the postcode: add ?postcode=69003 to the address.",
    )
    may_change_agency = fields.Boolean(
        string="Visitor may change the agency",
        default=True,
        help="Visitors see the agency that serves their postcode first, and the others below. Off, they are not asked, "
        "unless no agency with a free slot serves their postcode.",
    )
    no_agency_message = fields.Html(
        string="When no agency serves the postcode",
        translate=True,
        help="Shown above the list of agencies. Leave it empty for a sentence that says so and invites to choose.",
    )

    def _asks_postcode(self):
        """Tell whether the way begins with the postcode."""
        return bool(self.prequalify and self.choose_agency and self.agency_ids)

    def _shows_address(self):
        """Tell whether the pages say where an agency is."""
        return self.channel == "in_person" and not self.hide_address

    @api.depends("prequalify", "choose_agency", "agency_ids.postcodes")
    def _compute_setup_warning(self):
        return super()._compute_setup_warning()

    def _setup_problem(self):
        page, problem = super()._setup_problem()
        if not problem and self._asks_postcode() and not any(self.agency_ids.mapped("postcodes")):
            return "places", _(
                "Visitors are asked for their postcode, but none of the agencies says which postcodes it serves."
            )
        return page, problem

    def _find_agency_at(self, user_id, start, reason=None, leaving_out=None):
        """Return the agency of an advisor's hours at a slot, or none where several agencies would do.

        :param user_id: id of an advisor who is free at the slot
        :param start: naive UTC start of the slot
        """
        agencies = self._get_unchosen_agencies(reason)
        first = self._get_first_by_agency(
            start,
            start + timedelta(minutes=1),
            agencies,
            reason=reason,
            users=self.env["res.users"].browse(user_id),
            leaving_out=leaving_out,
        )
        there = agencies.browse([agency_id for agency_id, found in first.items() if found])
        return there if len(there) == 1 else agencies.browse()
