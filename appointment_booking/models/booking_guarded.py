from odoo import models


class BookingGuarded(models.AbstractModel):
    """Records that nobody can push out of their own reach.

    Odoo checks the record rules before a write only. Without a second look, who may change a record could give it to
    a colleague or hang it on a type that they do not manage, although they could not have created it there.
    """

    _name = "booking.guarded"
    _description = "Record Within Reach"

    def write(self, vals):
        result = super().write(vals)
        self.check_access("write")
        return result
