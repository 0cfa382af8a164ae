from unicodedata import normalize

from odoo import api, models
from odoo.tools import email_normalize

from ..tools.guest_words import LONGEST_NAME, clean_name
from .booking_question_form import EMAIL
from .booking_question_limits import MAX_EMAIL, MAX_LINE

# How many fields there are: at first, and in all. Who invites more does it in two turns.
ROWS, MORE_ROWS = 3, 10
# What no address needs, and what may mean another one to a mail server.
STRANGE = set('<>()[]{},;:"\\')


class BookingJourney(models.AbstractModel):
    """The form in which the booker says whom to invite."""

    _inherit = "booking.journey"

    @api.model
    def _get_guest_rows(self, appointment, typed, errors):
        """Return the rows of the form, each with what was typed and what is wrong with it."""
        count = min(appointment._get_guest_places_left(), MORE_ROWS)
        return [
            {
                "number": number,
                "email": typed.get(f"email_{number}", ""),
                "name": typed.get(f"name_{number}", ""),
                "email_error": errors.get(f"email_{number}"),
                "name_error": errors.get(f"name_{number}"),
                "more": number > ROWS,
            }
            for number in range(1, count + 1)
        ]

    @api.model
    def _read_guests(self, appointment, params):
        """Read the form. Rows without anything typed are left out.

        :return: ``({number of the row: (normalised e-mail, name)}, {field: message})``
        """
        people, errors = {}, {}
        # More rows than there are places may come from a page that was open while others were invited.
        for number in range(1, MORE_ROWS + 1):
            address, name = (params.get(f"{field}_{number}") or "" for field in ("email", "name"))
            if not address and not name:
                continue
            email = self._read_guest_email(address)
            taken = {known for known, _name in people.values()}
            if wrong := self._find_guest_mistake(appointment, address, email, taken):
                errors[f"email_{number}"] = wrong
            elif self._is_strange_name(name):
                errors[f"name_{number}"] = self.env._(
                    "Enter the name in letters only, at most %s characters, or leave it empty.", LONGEST_NAME
                )
            else:
                people[number] = email, clean_name(name)
        left = appointment._get_guest_places_left()
        if not people and not errors:
            errors["email_1"] = self.env._("Enter the e-mail address of the person to invite.")
        elif len(people) > left:
            too_many = list(people)[left]
            errors[f"email_{min(too_many, max(left, 1))}"] = (
                self.env._("You can invite one more person.")
                if left == 1
                else self.env._("You can invite %s more people.", left)
            )
        return people, errors

    @api.model
    def _read_guest_email(self, text):
        if len(text) > MAX_EMAIL or STRANGE & set(text) or not text.isprintable() or not EMAIL.fullmatch(text):
            return ""
        return email_normalize(text) or ""

    @api.model
    def _find_guest_mistake(self, appointment, address, email, taken):
        """Return why somebody cannot be invited to an appointment, as a message for the booker, or nothing."""
        if not address:
            return self.env._("Enter the e-mail address of this person, too.")
        if not email:
            return self.env._("Enter an e-mail address in the form name@example.com.")
        if email in (email_normalize(appointment.booker_email), appointment.user_id.email_normalized):
            return self.env._("This person takes part already.")
        if email in appointment._get_listed_guests().mapped("email"):
            return self.env._("This person is invited already.")
        if email in taken:
            return self.env._("This address is here twice.")
        return None

    @api.model
    def _is_strange_name(self, name):
        """Tell whether something of a name would get lost on its way to a stranger."""
        return bool(name) and (len(name) > MAX_LINE or clean_name(name) != " ".join(normalize("NFKC", name).split()))
