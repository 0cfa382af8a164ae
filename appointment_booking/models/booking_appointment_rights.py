from odoo import api, models

# What who only takes part does, too.
FOR_READERS = ("action_answer", "action_email")
LOCKED = "(id and not can_change)"


class BookingAppointment(models.Model):
    """Who takes part in an appointment reads it: the form offers them nothing that the record rules would refuse."""

    _inherit = "booking.appointment"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Lock fields and buttons for who may not change the appointment, those of other addons' views as well."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if arch.tag == "form":
            for node in arch.xpath("//field[not(ancestor::field)]"):
                if node.get("name") in self._fields and not self._fields[node.get("name")].readonly:
                    _lock(node, "readonly")
            for node in arch.xpath("//button[not(ancestor::field)]"):
                if node.get("name") not in FOR_READERS:
                    _lock(node, "invisible")
        return arch, view


def _lock(node, modifier):
    before = node.get(modifier)
    if before not in ("1", "True", "true"):
        node.set(modifier, f"({before}) or {LOCKED}" if before else LOCKED)
