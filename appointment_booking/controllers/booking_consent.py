from odoo.http import request

from .booking_page import BookingPage


class BookingConsent(BookingPage):
    """What forms say about personal data, and the box that may have to be ticked."""

    def _get_consent(self, booking_type, error=False):
        """Return what the template ``form_consent`` shows, as a value of the page.

        :param error: whether the form came without the tick that it needs
        """
        needed = booking_type._needs_consent()
        mark = booking_type._get_consent_mark() if needed else ""
        sent = request.params.get("consent") or ""
        message = ""
        if error:
            # Ticked, but beside a text that was changed meanwhile, or in another language.
            message = (
                request.env._("The text about your data has changed. Read it, and tick the box again.")
                if sent
                else request.env._("Tick the box about your data to go on.")
            )
        return {
            "text": booking_type._get_consent_text(),
            "needed": needed,
            "mark": mark,
            "ticked": needed and sent == mark,
            "errors": [{"focus": "consent", "error": message}] if error else [],
        }

    def _check_consent(self, booking_type, params):
        """Return ``{"consent": True}`` among the errors of a form without the consent that the type asks for."""
        lacks = booking_type._needs_consent() and params.get("consent") != booking_type._get_consent_mark()
        return {"consent": True} if lacks else {}
