import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime

import phonenumbers

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, get_lang

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from ..tools import uploads
from .booking_question import CHOICE_KINDS
from .booking_question_limits import MAX_EMAIL, MAX_LENGTHS, MB, WrongAnswer

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
YEARS = range(1850, 2200)  # a date elsewhere is a slip of the hand
# Invisible characters that turn the reading direction: they make a name look like another text.
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class BookingQuestion(models.Model):
    """How a question is put on the page, and how what was typed is read.

    What was typed is a text for every kind: the id of the option chosen, those of several with commas between, ``1``
    for a ticked box, a date as ``2026-12-31``. Files come another way, see ``booking_appointment_form``.
    """

    _inherit = "booking.question"

    def _get_field(self, today=None):
        """Return the attributes of the question's form field: the right keyboard, and what browsers fill in."""
        self.ensure_one()
        kinds = {
            "text": {"type": "text"},
            "email": {"type": "email", "inputmode": "email", "autocomplete": "email"},
            "phone": {"type": "tel", "inputmode": "tel", "autocomplete": "tel"},
            "date": {"type": "date"},
            "file": {
                "type": "file",
                "accept": uploads.get_accept(self._get_accepted()),
                "data-max-bytes": self.file_max_mb * MB,
            },
        }
        roles = {"last_name": "family-name", "first_name": "given-name"}
        attributes = dict(kinds.get(self.kind, {}))
        if self.kind in MAX_LENGTHS:
            attributes["maxlength"] = min(self.length_max or MAX_LENGTHS[self.kind], MAX_LENGTHS[self.kind])
        if self.kind == "text" and self.text_format == "number":
            attributes["inputmode"] = "decimal"
        if self.kind == "date":
            limits = zip(("min", "max"), self._get_first_and_last(today or fields.Date.today()), strict=True)
            attributes |= {end: day.isoformat() for end, day in limits if day}
        if self.kind == "file" and self.file_max_count > 1:
            attributes["multiple"] = "multiple"
        if self.role in roles:
            attributes["autocomplete"] = roles[self.role]
        return attributes

    # Reading a form

    def _read_answers(self, typed, country=None, *, today=None, with_files=()):
        """Read a form.

        :param typed: ``{question id: what was typed}``
        :param country: ``res.country`` of phone numbers without a prefix
        :param today: date on the booker's clock
        :param with_files: ids of questions whose files are there already
        :return: ``(booker, answers, errors)``: what the answers say of the booker by role, values of
            ``booking.answer``, and ``{question id: message}``
        """
        booker, answers, errors = {}, [], {}
        for question in self:
            if question.kind == "note":
                continue
            if question.kind == "file":
                if question._is_required() and question.id not in with_files:
                    errors[question.id] = question._get_missing_message()
                continue
            try:
                value = question._read_answer(typed.get(question.id) or "", country, today)
            except WrongAnswer as wrong:
                errors[question.id] = str(wrong)
                continue
            if question.role:
                booker[question.role] = value
            # A box that was not ticked is an answer too.
            if value or question.kind == "checkbox":
                answers.append(question._get_answer_values(value))
        return booker, answers, errors

    def _get_answer_values(self, value):
        """Return the values of a ``booking.answer``, each in the column of its type."""
        self.ensure_one()
        values = {
            "question_id": self.id,
            "sequence": self.sequence,
            "label": self.name,
            "personal": self.personal,
            "kind": self.kind,
        }
        if self.kind == "checkbox":
            return values | {"value_boolean": bool(value)}
        if self.kind == "date":
            return values | {"value_date": value}
        if self.kind in CHOICE_KINDS:
            # The words too, as they were read: options may change.
            return values | {
                "option_ids": [fields.Command.set(value.ids)],
                "value_text": ", ".join(value.mapped("name")),
            }
        if self.kind in ("text", "hidden") and self.text_format == "number":
            return values | {"value_text": value, "value_number": self._parse_number(value)}
        return values | {"value_text": value}

    def _read_answer(self, text, country=None, today=None):
        """Return what was typed in its final form; raise :class:`WrongAnswer` with what to mend.

        :return: text, ``True``, date or ``booking.question.option``, as the kind has it; false where nothing was typed
        """
        self.ensure_one()
        if len(text) > 10 * MAX_LENGTHS["long_text"]:
            raise WrongAnswer(self._tell_too_long(MAX_LENGTHS.get(self.kind, MAX_LENGTHS["text"])))
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
        if not text:
            if self._is_required():
                raise WrongAnswer(self._get_missing_message())
            return False
        if any(self._is_unusable(character) for character in text):
            raise WrongAnswer(self.env._("“%s” contains characters that cannot be used. Type it again.", self.name))
        read = getattr(self, f"_read_{self.kind}")
        return read(text, country=country, today=today or fields.Date.today())

    def _is_unusable(self, character):
        if character in "\n\t":
            return self.kind != "long_text"
        return character in TURNING or unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn")

    def _read_text(self, text, **known):
        text = self._check_words(text)
        if self.text_format == "number":
            self._check_number(text)
        return text

    def _read_long_text(self, text, **known):
        return self._check_words(text)

    _read_hidden = _read_text

    def _read_checkbox(self, text, **known):
        return True

    def _read_email(self, text, **known):
        email = len(text) <= MAX_EMAIL and EMAIL.fullmatch(text) and email_normalize(text)
        if not email:
            raise WrongAnswer(self.env._("Enter an e-mail address in the form name@example.com."))
        return self._check_words(email)

    def _read_phone(self, text, country=None, **known):
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

    def _read_date(self, text, today=None, **known):
        day = self._parse_date(text)
        if not day or day.year not in YEARS:
            raise WrongAnswer(
                self.env._(
                    "Enter a date for “%(question)s”, for example %(day)s.",
                    question=self.name,
                    day=today.strftime(get_lang(self.env).date_format),
                )
            )
        return self._check_date(day, today)

    def _parse_date(self, text):
        """Return the date that a browser's date field sends, or that somebody types in their way of writing."""
        for read in (date.fromisoformat, self._parse_local_date):
            with suppress(ValueError):
                return read(text)
        return None

    def _parse_local_date(self, text):
        return datetime.strptime(text, get_lang(self.env).date_format).date()

    def _read_radio(self, text, **known):
        return self._find_options(text, most=1)

    _read_dropdown = _read_radio

    def _read_checkboxes(self, text, **known):
        return self._check_choices(self._find_options(text))

    def _find_options(self, text, most=None):
        """Return the options whose ids a form sent; anything that is none of them is an error."""
        ids = set(text.split(","))
        options = self.option_ids.filtered(lambda option: str(option.id) in ids)
        if len(options) != len(ids) or (most and len(ids) > most):
            raise WrongAnswer(self.env._("Choose one of the answers to “%s” that are shown.", self.name))
        return options

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
        if self.kind in CHOICE_KINDS:
            return self.env._("Choose an answer to “%s”.", self.name)
        if self.kind == "file":
            return self.env._("Choose a file for “%s”.", self.name)
        return self.env._("Fill in “%s”.", self.name)
