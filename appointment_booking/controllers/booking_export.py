import json
import os
import tempfile

from werkzeug.wsgi import FileWrapper

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request, serialize_exception
from odoo.tools import html_escape

from ..tools.appointment_files import WRITERS

CHUNK = 64 * 1024


class BookingExport(http.Controller):
    """The list of appointments as a file. It is put together on disk, so that what is sent is whole or an error."""

    @http.route("/booking/appointments/export/<string:kind>", type="http", auth="user", methods=["POST"], readonly=True)
    def export(self, kind, data="{}", **params):
        """Send the appointments of a list.

        :param kind: ``csv``, ``xlsx`` or ``xml``
        :param data: JSON of ``domain``, ``order``, ``ids`` (``null``, or the ticked ones alone) and ``company_ids``
            (the companies that the list shows)
        """
        if kind not in WRITERS:
            raise request.not_found()
        try:
            return self._send(kind, self._read_list(data))
        except (AccessError, UserError) as error:
            # What the web client's download() shows as a message
            told = {"code": 0, "message": "Odoo Server Error", "data": serialize_exception(error) | {"debug": ""}}
            status = 403 if isinstance(error, AccessError) else 400
            return request.make_response(html_escape(json.dumps(told)), status=status)

    def _read_list(self, data):
        user = request.env.user
        allowed = user.has_group("appointment_booking.group_booking_advisor")
        if not allowed or not user.has_group("base.group_allow_export"):
            raise AccessError(request.env._("You may not export appointments."))
        try:
            asked = json.loads(data)
            companies = [int(company_id) for company_id in asked.get("company_ids") or ()]
            asked = {name: asked.get(name) for name in ("domain", "order", "ids")}
        except (TypeError, ValueError, AttributeError) as error:
            raise UserError(request.env._("This is not a list of appointments.")) from error
        if companies:
            # The search refuses those that are not the user's.
            request.update_context(allowed_company_ids=companies)
        return request.env["booking.appointment"]._find_listed(**asked)

    def _send(self, kind, appointments):
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        try:
            appointments._export(kind, file)
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        response = request.make_response(
            FileWrapper(file, CHUNK),
            [
                ("Content-Type", WRITERS[kind][1]),
                ("Content-Length", size),
                ("Content-Disposition", content_disposition(appointments._get_export_name(kind))),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
        response.direct_passthrough = True
        response.call_on_close(file.close)
        return response
