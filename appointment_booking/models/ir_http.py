from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _dispatch(cls, endpoint):
        """Drop a parameter named ``self`` that a visitor adds to an address: it would collide with Python's own."""
        if any(part in request.httprequest.path for part in ("/booking", "/my/appointments")):
            request.params.pop("self", None)
        return super()._dispatch(endpoint)

    @classmethod
    def _auth_method_booking_anonymous(cls):
        """Let anybody in, and everybody as the website's public user: who is signed in does not act as themselves."""
        website = request.env(su=True)["website"].get_current_website()
        request.update_env(user=website.user_id.id or request.env.ref("base.public_user").id)
