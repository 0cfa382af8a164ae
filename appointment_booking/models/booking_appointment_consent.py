from odoo import fields, models


class ConsentMissing(Exception):
    """The type asks for a consent, and it was not given to the text as it is now."""


class BookingAppointment(models.Model):
    """What the booker was told of their data, and agreed to: kept as it was shown, when the type changes its text."""

    _inherit = "booking.appointment"

    consent_text = fields.Html(string="Told about personal data", readonly=True, copy=False, sanitize=False)
    consent_at = fields.Datetime(string="Told on", readonly=True, copy=False)
    consent_given = fields.Boolean(string="Agreed", readonly=True, copy=False, help="The booker ticked the box.")

    def _confirm(self, booker, answers):
        """Confirm a hold, with what was said about personal data.

        The key ``booking_consent`` of the context is what a form sent.

        :raise ConsentMissing: where the type asks for a consent and none was given
        """
        self.ensure_one()
        if "booking_consent" in self.env.context and self._is_held():
            self._note_consent(self.env.context["booking_consent"])
        if self.type_id.with_context(lang=self.lang)._needs_consent() and not self.consent_given:
            raise ConsentMissing
        return super()._confirm(booker, answers)

    def _note_consent(self, mark):
        """Note what the form said in the language of the page, and whether the box beside that very text was ticked.

        :param mark: what the form sent, see ``booking.type._get_consent_mark``
        """
        self.ensure_one()
        booking_type = self.type_id
        text = booking_type._get_consent_text()
        self.write(
            {
                "consent_text": text,
                "consent_at": fields.Datetime.now() if text else False,
                "consent_given": booking_type._needs_consent() and mark == booking_type._get_consent_mark(),
            }
        )
