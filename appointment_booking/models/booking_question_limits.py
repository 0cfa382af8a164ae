from datetime import timedelta

from babel.dates import format_date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import get_lang

from ..tools import numbers, pattern, uploads

MAX_LINE, MAX_TEXT, MAX_EMAIL = 200, 2000, 254
MAX_LENGTHS = {"text": MAX_LINE, "hidden": MAX_LINE, "long_text": MAX_TEXT, "email": MAX_EMAIL, "phone": 40}
MAX_FILE_MB, MAX_FILES = 25, 5
MB = 1024 * 1024
MAX_FORM_FILES = 50 * MB  # all files of a form together
DATE_LIMITS = [("none", "No limit"), ("relative", "Days from today"), ("fixed", "A date")]


class WrongAnswer(Exception):
    """An answer that cannot be accepted, with a message for the booker."""


class BookingQuestion(models.Model):
    """What an answer must be like, and what the booker is told when it is not."""

    _inherit = "booking.question"

    error_message = fields.Char(
        string="Message when it does not fit",
        translate=True,
        help="What the booker reads beside the field when the answer breaks one of these limits. "
        "Leave empty for a sentence of ours.",
    )

    # Words
    length_min = fields.Integer(string="Fewest characters", help="0 means no limit.")
    length_max = fields.Integer(string="Most characters", help="0 means as many as the field takes.")
    text_format = fields.Selection(
        [("any", "Anything"), ("number", "A number"), ("pattern", "As a pattern says")],
        string="What is typed",
        required=True,
        default="any",
        help="A number can be summed up in the statistics. A pattern is a regular expression that the whole answer "
        "must match.",
    )
    pattern = fields.Char(
        help="A regular expression, as [A-Z]{2}[0-9]{6} for two capital letters and six digits. References back and "
        "looks ahead are not possible.",
    )
    number_min = fields.Char(string="Smallest number", help="Leave empty for no limit.")
    number_max = fields.Char(string="Largest number", help="Leave empty for no limit.")

    # Dates
    date_min_kind = fields.Selection(DATE_LIMITS, string="Not before", required=True, default="none")
    date_min_days = fields.Integer(string="Days from today, first", help="1 is tomorrow, -1 yesterday.")
    date_min = fields.Date(string="First date")
    date_max_kind = fields.Selection(DATE_LIMITS, string="Not after", required=True, default="none")
    date_max_days = fields.Integer(string="Days from today, last", help="1 is tomorrow, -1 yesterday.")
    date_max = fields.Date(string="Last date")

    # Boxes
    choices_min = fields.Integer(string="Fewest boxes", help="How many boxes must be ticked. 0 means no limit.")
    choices_max = fields.Integer(string="Most boxes", help="How many boxes may be ticked. 0 means no limit.")

    # Files
    accept_images = fields.Boolean(string="Images", default=True, help="JPEG, PNG, WebP, GIF and HEIC photos.")
    accept_pdf = fields.Boolean(string="PDF", default=True)
    accept_documents = fields.Boolean(
        string="Text documents", help="Word, OpenDocument, RTF and plain text, without macros."
    )
    accept_spreadsheets = fields.Boolean(string="Spreadsheets", help="Excel, OpenDocument and CSV, without macros.")
    file_max_mb = fields.Integer(
        string="Largest file", required=True, default=5, help="In megabytes, for each file; 25 at most."
    )
    file_max_count = fields.Integer(string="Number of files", required=True, default=1, help="5 at most.")

    _limits_not_negative = models.Constraint(
        "CHECK (length_min >= 0 AND length_max >= 0 AND choices_min >= 0 AND choices_max >= 0)",
        "A limit cannot be negative.",
    )
    _length_order = models.Constraint(
        "CHECK (length_max = 0 OR length_min <= length_max)",
        "The fewest characters are more than the most.",
    )
    _choices_order = models.Constraint(
        "CHECK (choices_max = 0 OR choices_min <= choices_max)",
        "The fewest boxes are more than the most.",
    )
    _file_size = models.Constraint(
        f"CHECK (file_max_mb BETWEEN 1 AND {MAX_FILE_MB})", "A file may have between 1 and 25 megabytes."
    )
    _file_count = models.Constraint(
        f"CHECK (file_max_count BETWEEN 1 AND {MAX_FILES})", "Between 1 and 5 files can be asked for."
    )

    @api.constrains("kind", "text_format", "pattern")
    def _check_pattern(self):
        for question in self:
            if question.text_format != "pattern" or question.kind not in ("text", "hidden"):
                continue
            if not question.pattern:
                raise ValidationError(self.env._("Write the pattern of “%s”.", question.name))
            try:
                pattern.check(question.pattern)
            except pattern.WrongPattern as wrong:
                raise ValidationError(
                    self.env._(
                        "The pattern of “%s” cannot be used: it is no regular expression, it is too long, or it has "
                        "references back, looks ahead or flags.",
                        question.name,
                    )
                ) from wrong

    @api.constrains("kind", "text_format", "number_min", "number_max")
    def _check_numbers(self):
        for question in self.filtered(lambda q: q.kind in ("text", "hidden") and q.text_format == "number"):
            texts = [text for text in (question.number_min, question.number_max) if text]
            limits = [question._parse_number(text) for text in texts]
            if None in limits:
                raise ValidationError(
                    self.env._("The smallest and the largest number of “%s” must be numbers.", question.name)
                )
            if limits != sorted(limits):
                raise ValidationError(self.env._("The smallest number of “%s” is above the largest.", question.name))

    @api.constrains("kind", "date_min_kind", "date_min", "date_min_days", "date_max_kind", "date_max", "date_max_days")
    def _check_dates(self):
        for question in self.filtered(lambda q: q.kind == "date"):
            for end in ("min", "max"):
                if question[f"date_{end}_kind"] == "fixed" and not question[f"date_{end}"]:
                    raise ValidationError(self.env._("Enter the date that limits “%s”.", question.name))
                if not -40000 <= question[f"date_{end}_days"] <= 40000:
                    raise ValidationError(
                        self.env._("“%s” is limited to a day more than a century away.", question.name)
                    )
            first, last = question._get_first_and_last(fields.Date.today())
            if question.date_min_kind == question.date_max_kind and first and last and first > last:
                raise ValidationError(self.env._("No date fits “%s”: the first is after the last.", question.name))

    @api.constrains("kind", "accept_images", "accept_pdf", "accept_documents", "accept_spreadsheets")
    def _check_accepted(self):
        for question in self.filtered(lambda q: q.kind == "file"):
            if not question._get_accepted():
                raise ValidationError(self.env._("Choose what files “%s” accepts.", question.name))

    # Holding an answer against the limits

    def _check_words(self, text):
        """Return a text of one or more lines that keeps to the limits."""
        longest = MAX_LENGTHS.get(self.kind, MAX_LINE)
        # What never fits is no matter of wording, and is not looked at any further.
        if len(text) > longest:
            raise WrongAnswer(self._tell_too_long(longest))
        if self.length_max and len(text) > self.length_max:
            raise WrongAnswer(self.error_message or self._tell_too_long(self.length_max))
        if len(text) < self.length_min:
            raise self._wrong(
                self.env._(
                    "“%(question)s” is too short: use at least %(limit)s characters.",
                    question=self.name,
                    limit=self.length_min,
                )
            )
        if self.text_format == "pattern" and self.kind in ("text", "hidden") and not pattern.fits(self.pattern, text):
            raise self._wrong(self.env._("“%s” does not have the form we expect. Check what you typed.", self.name))
        return text

    def _check_number(self, text):
        """Return the number that a text is, within the limits."""
        number = self._parse_number(text)
        if number is None:
            raise self._wrong(self.env._("Enter a number for “%s”.", self.name))
        if self.number_min and number < self._parse_number(self.number_min):
            raise self._wrong(
                self.env._(
                    "Enter a number for “%(question)s” that is %(limit)s or more.",
                    question=self.name,
                    limit=self.number_min,
                )
            )
        if self.number_max and number > self._parse_number(self.number_max):
            raise self._wrong(
                self.env._(
                    "Enter a number for “%(question)s” that is %(limit)s or less.",
                    question=self.name,
                    limit=self.number_max,
                )
            )
        return number

    @api.model
    def _parse_number(self, text):
        """Return the number that somebody types, in their way of writing or in ours; ``None`` when it is none."""
        return numbers.parse_number(text, get_lang(self.env).decimal_point)

    def _check_date(self, day, today):
        first, last = self._get_first_and_last(today)
        if first and day < first:
            raise self._wrong(
                self.env._(
                    "Enter a date for “%(question)s” that is not before %(day)s.",
                    question=self.name,
                    day=self._tell_date(first),
                )
            )
        if last and day > last:
            raise self._wrong(
                self.env._(
                    "Enter a date for “%(question)s” that is not after %(day)s.",
                    question=self.name,
                    day=self._tell_date(last),
                )
            )
        return day

    def _get_first_and_last(self, today):
        """Return the first and the last date that fit, ``None`` where there is no limit."""
        return tuple(
            {
                "relative": today + timedelta(days=self[f"date_{end}_days"]),
                "fixed": self[f"date_{end}"] or None,
            }.get(self[f"date_{end}_kind"])
            for end in ("min", "max")
        )

    @api.model
    def _tell_date(self, day):
        return format_date(day, "long", locale=self.env["booking.journey"]._locale())

    def _check_choices(self, options):
        if self.choices_min and len(options) < self.choices_min:
            raise self._wrong(
                self.env._("“%(question)s”: tick at least %(count)s.", question=self.name, count=self.choices_min)
            )
        if self.choices_max and len(options) > self.choices_max:
            raise self._wrong(
                self.env._("“%(question)s”: tick at most %(count)s.", question=self.name, count=self.choices_max)
            )
        return options

    def _get_accepted(self):
        """Return the names of the groups of files that are accepted."""
        return [group for group in uploads.GROUPS if self[f"accept_{group}"]]

    def _tell_accepted(self):
        """Return what can be sent, in words: ``Images or PDF, up to 5 MB``."""
        names = [self._fields[f"accept_{group}"]._description_string(self.env) for group in self._get_accepted()]
        return self.env._("%(kinds)s; up to %(size)s MB", kinds=", ".join(names), size=self.file_max_mb)

    def _check_file(self, name, content, mimetype):
        """Return the :class:`uploads.File` that something sent is kept as.

        :param name: the name that the sender gave
        :param content: bytes
        :param mimetype: what the content is
        """
        clean = uploads.clean_name(name)
        if not content:
            raise WrongAnswer(self.env._("“%s” is empty. Choose another file.", clean))
        if len(content) > self.file_max_mb * MB:
            raise WrongAnswer(self._tell_too_big(clean))
        file = uploads.recognise(clean, mimetype, self._get_accepted())
        if not file or uploads.has_macros(content):
            raise self._wrong(
                self.env._(
                    "“%(file)s” is not a file that we can take here. We take: %(accepted)s.",
                    file=clean,
                    accepted=self._tell_accepted(),
                )
            )
        return file

    def _tell_too_big(self, name):
        return self.env._("“%(file)s” is too big: a file may have %(size)s MB here.", file=name, size=self.file_max_mb)

    def _tell_too_long(self, limit):
        return self.env._(
            "“%(question)s” is too long: use at most %(limit)s characters.", question=self.name, limit=limit
        )

    def _wrong(self, message):
        """Return the error with the administrator's own message, or else with this one."""
        return WrongAnswer(self.error_message or message)
