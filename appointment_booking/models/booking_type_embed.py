from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import hmac

from ..tools import ticket
from ..tools.origins import WrongOrigin, read_origins


class BookingType(models.Model):
    """The booking pages of a type inside another site."""

    _inherit = "booking.type"

    embed_origins = fields.Text(
        string="More sites that may show it",
        groups="appointment_booking.group_booking_admin",
        help="Sites beside those of the settings that may show the booking pages of this type inside theirs: one "
        "address a line, as https://www.example.com.",
    )

    @api.constrains("embed_origins")
    def _check_embed_origins(self):
        for booking_type in self:
            self.env["website"]._read_embed_origins(booking_type.embed_origins)

    def _get_embed_origins(self, website):
        """Return the origins that may show the pages of this type, or without a type those of the website."""
        Website = self.env["website"]
        texts = [website.sudo().booking_embed_origins, self.sudo().embed_origins]
        return list(dict.fromkeys(origin for text in texts for origin in Website._read_embed_origins(text)))

    def _get_embed_url(self):
        self.ensure_one()
        return f"{self.get_base_url()}/booking/embed/{self.slug}"

    def _get_embed_code(self, height=760):
        """Return the HTML that shows the booking pages on another site: an iframe, no script."""
        self.ensure_one()
        title = self.env._("Book an appointment: %s", self.name)
        # The code stands on somebody else's page: every value is escaped, whatever a name contains.
        return Markup(
            '<iframe src="%(src)s" title="%(title)s" width="100%%" height="%(height)s" '
            'style="border: 0; max-width: 100%%" loading="lazy"></iframe>'
        ) % {"src": self._get_embed_url(), "title": title, "height": int(height)}

    def action_embed(self):
        """Open the window with the code to paste into another site."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Show it on another site"),
            "res_model": "booking.embed",
            "view_mode": "form",
            "target": "new",
            "context": {"default_type_id": self.id},
        }

    # Tickets of the pages inside a frame

    @api.model
    def _sign_ticket(self, text):
        return hmac(self.env(su=True), "appointment_booking.ticket", text)

    def _issue_ticket(self, visitor_key, has_code=False):
        """Return a ticket as text.

        :param has_code: whether the visitor has given the access code: then it is good until the codes change
        """
        subject = self._get_ticket_subject(has_code and self.needs_code)
        return ticket.issue(self._sign_ticket, subject, visitor_key, fields.Datetime.now())

    def _get_ticket_subject(self, has_code):
        return f"{self.slug}.{self._get_code_seal()}" if has_code else self.slug

    def _read_ticket(self, text):
        """Return the ``Ticket`` that a page inside a frame sent along, or nothing."""
        for has_code in (True, False) if self.needs_code else (False,):
            subject = self._get_ticket_subject(has_code)
            if known := ticket.read(self._sign_ticket, subject, text, fields.Datetime.now()):
                return known._replace(has_code=has_code)
        return None


class Website(models.Model):
    _inherit = "website"

    booking_embed_origins = fields.Text(
        string="Sites that may show the booking pages",
        help="One address a line, as https://www.example.com. Any other site gets a refusal from the browser.",
    )

    @api.constrains("booking_embed_origins")
    def _check_booking_embed_origins(self):
        for website in self:
            self._read_embed_origins(website.booking_embed_origins)

    @api.model
    def _read_embed_origins(self, text):
        try:
            return read_origins(text)
        except WrongOrigin as wrong:
            raise ValidationError(
                self.env._(
                    "“%s” is not the address of a site. Write it as https://www.example.com: with https, without a "
                    "path and without *.",
                    wrong,
                )
            ) from wrong
