from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _dispatch(cls, endpoint):
        """Drop a parameter named ``self`` that a visitor adds to an address: it would collide with Python's own."""
        if "/booking" in request.httprequest.path:
            request.params.pop("self", None)
        return super()._dispatch(endpoint)
