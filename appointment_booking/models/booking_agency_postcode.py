from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import postcodes


class BookingAgencyPostcode(models.Model):
    """A range of postcodes that an agency serves: what the agency's text says, in a form that an index can answer.

    Both ends are written so that their characters order them (see ``tools.postcodes.key``).
    """

    _name = "booking.agency.postcode"
    _description = "Postcodes Served by an Agency"
    _log_access = False
    _order = "agency_id, first"

    agency_id = fields.Many2one("booking.agency", required=True, readonly=True, ondelete="cascade", index=True)
    first = fields.Char(required=True, readonly=True)
    last = fields.Char(required=True, readonly=True)

    # Ranges have two ends, of which a btree would use one only: half of all ranges begin before a postcode. The
    # extension btree_gist is there for the appointments anyway.
    _range_index = models.Index('USING gist (first COLLATE "C", last COLLATE "C")')

    @api.model
    def _find_agency_ids(self, postcode):
        """Return the ids of the agencies that serve a postcode as ``tools.postcodes.normalise`` returns it."""
        self.flush_model()
        return [agency_id for (agency_id,) in self.env.execute_query(self._find_query(postcode))]

    @api.model
    def _find_query(self, postcode):
        key = postcodes.key(postcode)
        return SQL(
            'SELECT DISTINCT agency_id FROM booking_agency_postcode WHERE first COLLATE "C" <= %(key)s'
            ' AND last COLLATE "C" >= %(key)s',
            key=key,
        )


class BookingAgency(models.Model):
    """The postcodes that an agency serves."""

    _inherit = "booking.agency"

    postcode_ids = fields.One2many("booking.agency.postcode", "agency_id", readonly=True, copy=False)
    postcode_count = fields.Integer(compute="_compute_postcode_count", string="Number of postcodes served")

    @api.depends("postcodes")
    def _compute_postcode_count(self):
        for agency in self:
            try:
                agency.postcode_count = postcodes.count(postcodes.parse(agency.postcodes or ""))
            except postcodes.BadPostcodes:
                agency.postcode_count = 0  # saving it says what is wrong

    @api.model_create_multi
    def create(self, vals_list):
        agencies = super().create(vals_list)
        agencies.filtered("postcodes")._index_postcodes()
        return agencies

    def write(self, vals):
        result = super().write(vals)
        if "postcodes" in vals:
            self._index_postcodes()
        return result

    def _index_postcodes(self):
        """Bring the index in step with the text.

        :raise ValidationError: when the text cannot be read
        """
        served = self.sudo().env["booking.agency.postcode"]
        served.search([("agency_id", "in", self.ids)]).unlink()
        served.create(
            [
                {"agency_id": agency.id, "first": postcodes.key(first), "last": postcodes.key(last)}
                for agency in self
                for first, last in agency._read_postcodes()
            ]
        )

    def _read_postcodes(self):
        try:
            return postcodes.parse(self.postcodes or "")
        except postcodes.BadPostcodes as error:
            says = {
                "code": _(
                    "“%s” is no postcode. Separate postcodes by commas or new lines, and write ranges with a hyphen: "
                    "69001-69009, 69100. Leave out hyphens within a postcode.",
                    error.part,
                ),
                "range": _("The ends of the range “%s” are not of the same length.", error.part),
                "order": _("The range “%s” ends before it begins.", error.part),
            }
            raise ValidationError(says[error.fault]) from error
