from odoo import fields, models


class BookingRated(models.AbstractModel):
    """What has an average satisfaction: that of the appointments that the current user may see."""

    _name = "booking.rated"
    _description = "Has a Satisfaction"

    # Pairs of a field of appointments that says whose satisfaction it is, and what it is equal to here
    _rated_by = ()

    satisfaction_avg = fields.Float(
        compute="_compute_satisfaction",
        string="Satisfaction",
        digits=(3, 1),
        help="The average of what bookers answered, from 1 to 5.",
    )
    satisfaction_count = fields.Integer(compute="_compute_satisfaction", string="Answers on satisfaction")

    def _compute_satisfaction(self):
        """Count and average in one query, whatever the number of records."""
        theirs, ours = zip(*self._rated_by, strict=True)
        appointments = self.env["booking.appointment"]
        groups = {}
        if appointments.has_access("read"):
            domain = [("rating_last_value", ">", 0)]
            domain += [(name, "in", self._get_rated(own).ids) for name, own in zip(theirs, ours, strict=True)]
            found = appointments._read_group(domain, list(theirs), ["rating_last_value:avg", "__count"])
            groups = {tuple(record.id for record in key): (avg, count) for *key, avg, count in found}
        for record in self:
            key = tuple(record._get_rated(name)._origin.id for name in ours)
            record.satisfaction_avg, record.satisfaction_count = groups.get(key, (0, 0))

    def _get_rated(self, name):
        return self if name == "id" else self[name]

    def _view_satisfaction(self):
        """Return the action that opens the answers, with their comments."""
        self.ensure_one()
        self.check_access("read")
        theirs, ours = zip(*self._rated_by, strict=True)
        action = self.env["ir.actions.act_window"]._for_xml_id("appointment_booking.booking_rating_action")
        domain = [(f"booking_{name}", "=", self._get_rated(own).id) for name, own in zip(theirs, ours, strict=True)]
        return dict(action, domain=[("booking_appointment_id", "!=", False), *domain], context={})


class BookingType(models.Model):
    _name = "booking.type"
    _inherit = ["booking.type", "booking.rated"]

    _rated_by = (("type_id", "id"),)

    def action_view_satisfaction(self):
        return self._view_satisfaction()


class BookingAgency(models.Model):
    _name = "booking.agency"
    _inherit = ["booking.agency", "booking.rated"]

    _rated_by = (("agency_id", "id"),)

    def action_view_satisfaction(self):
        return self._view_satisfaction()


class BookingAdvisor(models.Model):
    _name = "booking.advisor"
    _inherit = ["booking.advisor", "booking.rated"]

    _rated_by = (("type_id", "type_id"), ("user_id", "user_id"))
