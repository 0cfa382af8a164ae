import re
from urllib.parse import quote

from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from odoo import models
from odoo.http import request

LINE_BREAKS = {ord("\r"): "%0D", ord("\n"): "%0A"}
FORM = re.compile(r"(/[a-z]{2,3}(_[A-Za-z]{2,4})?)?/booking/")


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _redirect(cls, location, code=303):
        """Lead to another language also from an address with line breaks, as mail programs make them of long links."""
        return super()._redirect(location.translate(LINE_BREAKS), code)

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Refuse what cannot be the token of a form, as a file or a word with accents: Odoo would stumble over it."""
        result = super()._pre_dispatch(rule, args)
        sent = request.httprequest
        is_odd = "csrf_token" in sent.files or not sent.values.get("csrf_token", "").isascii()
        if is_odd and rule.endpoint.routing.get("csrf", True):
            raise BadRequest("This is not the token of a form.")
        return result

    @classmethod
    def _dispatch(cls, endpoint):
        """Drop a parameter named ``self`` that a visitor adds to an address: it would collide with Python's own."""
        request.params.pop("self", None)
        return super()._dispatch(endpoint)

    @classmethod
    def _url_localized(cls, url=None, *args, **options):
        """Return an address in a language, also when there is a question mark within the path that was asked for.

        It would be taken for the end of the path; the rest may be a route that only another method reaches.
        """
        if not url and "?" in request.httprequest.path:
            url = quote(request.httprequest.path)
        return super()._url_localized(url, *args, **options)

    @classmethod
    def _auth_method_booking_anonymous(cls):
        """Let anybody in, and everybody as the website's public user: who is signed in does not act as themselves."""
        website = request.env(su=True)["website"].get_current_website()
        request.update_env(user=website.user_id.id or request.env.ref("base.public_user").id)

    @classmethod
    def _handle_error(cls, exception):
        """Answer a form that is too big with a page that helps: it is refused before any code of ours reads it."""
        is_form = getattr(request, "is_frontend", False) and FORM.match(request.httprequest.path)
        if not isinstance(exception, RequestEntityTooLarge) or not is_form:
            return super()._handle_error(exception)
        request.env.cr.rollback()
        request.params = dict(request.httprequest.args)
        path = request.httprequest.path
        bare = {"no_header": True, "no_footer": True} if "/booking/embed/" in path else {}
        response = request.render("appointment_booking.page_too_much", {"url": path, **bare})
        response.flatten()
        response.status_code = exception.code
        response.headers["Cache-Control"] = "no-store"
        cls._post_dispatch(response)
        return response
