import re

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request
from odoo.tools import SQL

from odoo.addons.mail_tracking.controllers.main import MailTrackingController

TOKEN = re.compile(r"[0-9a-f]{32}")
LAST_ID = 2**31 - 1


class VideoconfPicture(MailTrackingController):
    @http.route(readonly=False, save_session=False)
    def mail_tracking_open(self, db, tracking_email_id, token=False, **params):
        """Note that an e-mail was probably opened: the one address that notes something by being read.

        Odoo serves what needs no account from a database that may only be read, and begins anew where something is to
        be written or was written by somebody else at the same time. The route that this extends keeps such errors to
        itself, so they must not come up in it.
        """
        if tracking_email_id > LAST_ID or (token and not TOKEN.fullmatch(token)):
            raise NotFound()
        if token and db == request.db:
            # Of two who fetch it at once, the second waits here, and begins anew when the first has noted it.
            request.env.cr.execute(
                SQL("SELECT FROM mail_tracking_email WHERE id = %s AND token = %s FOR UPDATE", tracking_email_id, token)
            )
        return super().mail_tracking_open(db, tracking_email_id, token=token, **params)
