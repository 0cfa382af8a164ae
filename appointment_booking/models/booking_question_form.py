import re
import unicodedata

import phonenumbers

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from odoo.addons.phone_validation.tools.phone_validation import phone_format

MAX_LINE, MAX_TEXT, MAX_EMAIL = 200, 2000, 254
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
# Invisible characters that turn the reading direction: they make a name look like another text.
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class WrongAnswer(Exception):
    """An answer that cannot be accepted, with a message for the booker."""


class BookingQuestion(models.Model):
    """How a question is put on the page, and how what was typed is read."""

    _inherit = "booking.question"

    def _get_field(self):
        """Return the attributes of the question's form field: the right keyboard, and what browsers fill in."""
        self.ensure_one()
        kinds = {
            "text": {"type": "text", "maxlength": MAX_LINE},
            "email": {"type": "email", "inputmode": "email", "autocomplete": "email", "maxlength": MAX_EMAIL},
            "phone": {"type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": 40},
            "long_text": {"maxlength": MAX_TEXT},
        }
        roles = {"last_name": "family-name", "first_name": "given-name"}
        attributes = dict(kinds.get(self.kind, {}))
        if self.role in roles:
            attributes["autocomplete"] = roles[self.role]
        return attributes

    def _read_answers(self, typed, country=None):
        """Read a form.

        :param typed: ``{question id: what was typed}``
        :param country: ``res.country`` of phone numbers without a prefix
        :return: ``(booker, answers, errors)``: what the answers say of the booker by role, values of
            ``booking.answer``, and ``{question id: message}``
        """
        booker, answers, errors = {}, [], {}
        for question in self:
            try:
                value = question._read_answer(typed.get(question.id) or "", country)
            except WrongAnswer as wrong:
                errors[question.id] = str(wrong)
                continue
            if question.role:
                booker[question.role] = value
            if value:
                column = "value_boolean" if question.kind == "checkbox" else "value_text"
                answers.append(
                    {
                        "question_id": question.id,
                        "sequence": question.sequence,
                        "label": question.name,
                        "personal": question.personal,
                        "kind": question.kind,
                        column: value,
                    }
                )
        return booker, answers, errors

    def _read_answer(self, text, country=None):
        """Return what was typed in its final form; raise :class:`WrongAnswer` with what to mend."""
        self.ensure_one()
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
        if not text:
            if self._is_required():
                raise WrongAnswer(self._get_missing_message())
            return False
        if any(self._is_unusable(character) for character in text):
            raise WrongAnswer(self.env._("“%s” contains characters that cannot be used. Type it again.", self.name))
        return getattr(self, f"_read_{self.kind}")(text, country)

    def _is_unusable(self, character):
        if character in "\n\t":
            return self.kind != "long_text"
        return character in TURNING or unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn")

    def _read_text(self, text, country=None):
        return self._check_length(text, MAX_LINE)

    def _read_long_text(self, text, country=None):
        return self._check_length(text, MAX_TEXT)

    def _read_checkbox(self, text, country=None):
        return True

    def _read_email(self, text, country=None):
        email = len(text) <= MAX_EMAIL and EMAIL.fullmatch(text) and email_normalize(text)
        if not email:
            raise WrongAnswer(self.env._("Enter an e-mail address in the form name@example.com."))
        return email

    def _read_phone(self, text, country=None):
        country = country or self.env["res.country"]
        try:
            return phone_format(text, country.code, country.phone_code, force_format="E164")
        except UserError:
            example = country and phonenumbers.example_number_for_type(
                country.code, phonenumbers.PhoneNumberType.MOBILE
            )
            if not example:
                raise WrongAnswer(
                    self.env._("Enter a phone number with its country code, for example +33 6 12 34 56 78.")
                ) from None
            written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
            raise WrongAnswer(self.env._("Enter a phone number, for example %s.", written)) from None

    def _check_length(self, text, limit):
        if len(text) > limit:
            raise WrongAnswer(
                self.env._(
                    "“%(question)s” is too long: use at most %(limit)s characters.", question=self.name, limit=limit
                )
            )
        return text

    def _get_missing_message(self):
        by_role = {
            "last_name": self.env._("Enter your last name."),
            "first_name": self.env._("Enter your first name."),
            "email": self.env._("Enter your e-mail address: the confirmation goes there."),
            "phone": self.env._("Enter a phone number at which we can reach you."),
        }
        if self.role:
            return by_role[self.role]
        if self.kind == "checkbox":
            return self.env._("Tick “%s” to go on.", self.name)
        return self.env._("Fill in “%s”.", self.name)
