from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize


class BookingForgetter(models.AbstractModel):
    """What ``mail_tracking`` keeps of an e-mail names who got it: it goes with the e-mail."""

    _inherit = "booking.forgetter"

    @api.model
    def _forget_threads(self, records, partners):
        ours = [("model", "=", records._name), ("res_id", "in", records.ids)]
        messages = self._of("mail.message").search(ours)
        self._of("mail.tracking.email").search([("mail_message_id", "in", messages.ids)]).unlink()
        return super()._forget_threads(records, partners)

    @api.model
    def _forget_tracking(self, emails, partners=()):
        """Remove what is left of e-mails to people where the message is gone already.

        :param emails: addresses, as they were typed
        :param partners: ids of contacts of whom everything goes
        """
        addresses = {normalized for email in emails if (normalized := email_normalize(email))}
        whose = Domain("recipient_address", "in", list(addresses)) & Domain("mail_message_id", "=", False)
        self._of("mail.tracking.email").search(whose | Domain("partner_id", "in", list(partners))).unlink()


class BookingAppointment(models.Model):
    _inherit = "booking.appointment"

    def _forget_personal_data(self, also_found=False):
        emails = [*self.sudo().mapped("booker_email"), *self.sudo().guest_ids.mapped("email")]
        result = super()._forget_personal_data(also_found)
        self.env["booking.forgetter"]._forget_tracking(emails)
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _forget_unused(self, also_found=False):
        emails = {partner.id: partner.email for partner in self.sudo().exists()}
        unused = super()._forget_unused(also_found)
        self.env["booking.forgetter"]._forget_tracking(
            [emails.get(partner_id) for partner_id in unused.ids], unused.ids
        )
        return unused

    @api.model
    def _get_own_references(self):
        """An e-mail that was tracked is no use of its reader; where it was about something, that something is."""
        return {**super()._get_own_references(), ("mail_tracking_email", "partner_id"): "TRUE"}
