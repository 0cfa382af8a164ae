from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get


class BookingAgency(models.Model):
    """A place where appointments are held."""

    _name = "booking.agency"
    _description = "Agency"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    street = fields.Char()
    street2 = fields.Char()
    zip = fields.Char()
    city = fields.Char()
    state_id = fields.Many2one("res.country.state", domain="[('country_id', '=?', country_id)]")
    country_id = fields.Many2one("res.country", default=lambda self: self.env.company.country_id)
    country_code = fields.Char(related="country_id.code")
    department = fields.Char(
        compute="_compute_department",
        store=True,
        readonly=False,
        help="Taken from the postcode. Visitors may filter the agencies by it.",
    )
    phone = fields.Char()
    instructions = fields.Html(
        translate=True,
        help="How to get there, where to ring: shown with the summary and in the messages of each appointment here.",
    )
    opening_notice = fields.Char(
        string="Opening notice",
        translate=True,
        help="One line about the opening hours, shown where the agency is chosen.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="Hours of this agency are told and kept in this time zone.",
    )
    latitude = fields.Float(digits=(10, 7))
    longitude = fields.Float(digits=(10, 7))
    postcodes = fields.Text(
        string="Postcodes served",
        help="Postcodes or ranges, separated by commas or new lines: 69001-69009, 69100. "
        "A visitor who gives one of them is sent to this agency.",
    )
    address = fields.Char(compute="_compute_address", help="The address on one line.")

    _name_index = models.Index("(company_id, active, sequence)")

    @api.depends("zip", "country_id.code")
    def _compute_department(self):
        for agency in self:
            agency.department = agency._department_from_postcode(agency.zip, agency.country_id.code)

    @api.model
    def _department_from_postcode(self, postcode, country_code):
        """Return the French department of a postcode: ``"69003"`` gives ``"69"``, ``"97400"`` gives ``"974"``.

        Corsica's 20xxx gives ``"2A"`` up to 20199 and ``"2B"`` above. Elsewhere than in France the result is ``False``:
        there is no such thing as a department.
        """
        postcode = (postcode or "").replace(" ", "")
        if country_code not in ("FR", False) or len(postcode) != 5 or not postcode.isdigit():
            return False
        if postcode.startswith("20"):
            return "2A" if postcode < "20200" else "2B"
        return postcode[:3] if postcode.startswith(("97", "98")) else postcode[:2]

    @api.depends("street", "street2", "zip", "city", "country_id")
    def _compute_address(self):
        for agency in self:
            town = " ".join(filter(None, [agency.zip, agency.city]))
            agency.address = ", ".join(filter(None, [agency.street, agency.street2, town]))
