from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    is_meeting_quota = fields.Boolean(
        string="Quota of business meetings",
        help="Assigned to a partner of an event, this product says how many meetings can be confirmed.",
    )
    meeting_quota = fields.Integer(string="Meetings", help="0: as many as they like.")

    _meeting_quota_positive = models.Constraint(
        "CHECK (meeting_quota IS NULL OR meeting_quota >= 0)", "A quota of meetings is not negative."
    )
