from odoo import api, fields, models
from odoo.exceptions import ValidationError


class BusinessMeetingPack(models.Model):
    """A product with a quota of meetings that was assigned to a partner, so many times."""

    _name = "business.meeting.pack"
    _inherit = ["booking.guarded"]
    _description = "Quota Product of a Partner"
    _order = "sponsor_id, id"

    sponsor_id = fields.Many2one("event.sponsor", string="Partner", required=True, ondelete="cascade", index=True)
    event_id = fields.Many2one(related="sponsor_id.event_id", store=True, index=True)
    company_id = fields.Many2one(related="event_id.company_id")
    product_id = fields.Many2one(
        "product.template", required=True, ondelete="restrict", domain="[('is_meeting_quota', '=', True)]"
    )
    quantity = fields.Integer(default=1, required=True)
    meeting_quota = fields.Integer(related="product_id.meeting_quota", string="Meetings for each")

    _some = models.Constraint("CHECK (quantity > 0)", "The quantity is at least one.")
    _once = models.Constraint(
        "UNIQUE (sponsor_id, product_id)", "This product is assigned already: change its quantity."
    )

    @api.constrains("product_id")
    def _check_product(self):
        for pack in self:
            if not pack.product_id.is_meeting_quota:
                raise ValidationError(
                    self.env._("“%s” is no product with a quota of business meetings.", pack.product_id.display_name)
                )
