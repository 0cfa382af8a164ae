from odoo import models
from odoo.tools import email_normalize


class ResPartner(models.Model):
    """What tells a person from others, so that nobody is in two meetings at once."""

    _inherit = "res.partner"

    def _get_meeting_keys(self):
        """Return texts that stand for contacts, ``{id: {text, ...}}``, by one query for all of them.

        They are their record, and their e-mail, by which they may have registered. An address that several people
        share (as info@) is nobody's own.
        """
        emails = set(self.mapped("email_normalized")) - {False}
        people = self.sudo().with_context(active_test=True)
        shared = {
            email
            for email, count in people._read_group(
                [("email_normalized", "in", list(emails)), ("is_company", "=", False)],
                ["email_normalized"],
                ["__count"],
            )
            if count > 1
        }
        return {
            partner.id: {f"partner-{partner.id}"}
            | ({f"email-{partner.email_normalized}"} if partner.email_normalized in emails - shared else set())
            for partner in self
        }


class EventRegistration(models.Model):
    _inherit = "event.registration"

    def _get_meeting_keys(self):
        """Return texts that stand for the person who is registered: two registrations of one person share one.

        They are the contact who booked when they have the contact's e-mail or name, or none of their own; whoever was
        registered by a colleague is not that colleague. And they are whoever has their e-mail.
        """
        self.ensure_one()
        registration = self.sudo()
        partner = registration.partner_id
        email = email_normalize(registration.email or "")
        name = " ".join((registration.name or "").lower().split())
        keys = set()
        if partner and (
            not email
            or email == partner.email_normalized
            or not name
            or name == " ".join((partner.name or "").lower().split())
        ):
            keys.add(f"partner-{partner.id}")
            email = email or partner.email_normalized
        if email:
            keys.add(f"email-{email}")
        return keys or {f"registration-{registration.id}"}


class BusinessMeetingSpace(models.Model):
    _inherit = "business.meeting.space"

    def _get_meeting_keys(self):
        """Return texts that stand for spaces and for whoever receives in them: ``{id: {text, ...}}``."""
        spaces = self.sudo()
        contacts = spaces.contact_id._get_meeting_keys()
        return {space.id: {f"space-{space.id}"} | contacts.get(space.contact_id.id, set()) for space in spaces}
