import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .booking_question_limits import MAX_LINE, WrongAnswer

PARAM = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
# What addresses and forms of the way say already.
TAKEN_PARAMS = frozenset(
    "advisor again agency at change choices code csrf_token day debug department done fw lang listed near page "
    "postcode reason search self send_link sent slug start ticket topic tz unique was week".split()
)
TAKEN_PREFIXES = ("q_", "w_", "o_")
MAX_PREFILL = 40  # parameters of one form
YES = {"1", "true", "yes", "on", "x"}


class BookingQuestion(models.Model):
    """Answers that a link brings along, as the number of the client in a newsletter."""

    _inherit = "booking.question"

    prefill_param = fields.Char(
        string="Parameter in links",
        help="A link to this appointment type fills the field in by this name, as client in ?client=1234. Whoever "
        "writes the link decides what is filled in.",
    )
    default_value = fields.Char(
        string="Value without a link", help="What is noted when the link says nothing. The booker does not see it."
    )
    readonly_prefilled = fields.Boolean(
        string="Cannot be changed when prefilled",
        help="What a link or the account of the booker fills in is shown, but cannot be changed.",
    )

    @api.constrains("prefill_param", "type_id")
    def _check_prefill_param(self):
        for question in self.filtered("prefill_param"):
            name = question.prefill_param
            if not PARAM.fullmatch(name) or name.lower() in TAKEN_PARAMS or name.lower().startswith(TAKEN_PREFIXES):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be the name of a parameter: begin with a letter, go on with letters, digits, _, - "
                        "or ., and leave out names that the booking pages use themselves.",
                        name,
                    )
                )
            if question.type_id.question_ids.mapped("prefill_param").count(name) > 1:
                raise ValidationError(self.env._("Two questions of a form cannot be filled in by the same parameter."))
            if question.kind in ("file", "note"):
                raise ValidationError(self.env._("A link cannot fill in “%s”.", question.name))

    def _read_prefill(self, params):
        """Return what an address fills in, as ``{name of the parameter: text}``; nothing that no question asks for."""
        wanted = [question.prefill_param for question in self if question.prefill_param][:MAX_PREFILL]
        return {name: params[name][:MAX_LINE] for name in wanted if params.get(name)}

    def _get_prefilled(self, prefill, known_by_role=None):
        """Return ``{question id: text as if it had been typed}`` of what is known before anything is typed.

        :param prefill: what :meth:`_read_prefill` returned
        :param known_by_role: what the account says, ``{role: text}``
        """
        found = {}
        for question in self:
            text = (prefill or {}).get(question.prefill_param) if question.prefill_param else None
            text = question._write_as_typed(text) if text else ""
            found[question.id] = text or (known_by_role or {}).get(question.role) or ""
        return {question_id: text for question_id, text in found.items() if text}

    def _write_as_typed(self, text):
        """Return what a link says in the way a form sends it; nothing where it is none of the options."""
        if self.kind == "checkbox":
            return "1" if text.strip().lower() in YES else ""
        if self.kind in ("radio", "dropdown"):
            return ",".join(str(option.id) for option in self._find_options_in_link([text])[:1])
        if self.kind == "checkboxes":
            return ",".join(str(option.id) for option in self._find_options_in_link(text.split(",")))
        if self.kind == "date":
            day = self._parse_date(text.strip())
            return day.isoformat() if day else ""
        return text

    def _find_options_in_link(self, words):
        """Return the options that a link names by their value, or by their label in this language or in English."""
        words = {word.strip().casefold() for word in words}
        english = {option.id: option.name for option in self.option_ids.with_context(lang="en_US")}
        return self.option_ids.filtered(
            lambda option: (
                {
                    (name or "").casefold()
                    for name in ([option.code] if option.code else [option.name, english[option.id]])
                }
                & words
            )
        )

    def _tell_typed(self, text):
        """Return what was typed in words, for somebody who cannot change it."""
        self.ensure_one()
        if self.kind == "checkbox":
            return self.env._("Yes") if text else self.env._("No")
        if self.kind == "date":
            return self._tell_date(self._parse_date(text))
        if self.option_ids:
            return ", ".join(self.option_ids.filtered(lambda option: str(option.id) in text.split(",")).mapped("name"))
        return text

    def _get_locked(self, prefilled, country=None, today=None):
        """Return ids of the questions whose answer the booker cannot change: known beforehand, and as it must be."""
        return {
            question.id
            for question in self
            if question.kind == "hidden"
            or (question.readonly_prefilled and question._would_be_right(prefilled.get(question.id), country, today))
        }

    def _would_be_right(self, text, country=None, today=None):
        if not text:
            return False
        try:
            return bool(self._read_answer(text, country, today))
        except WrongAnswer:
            return False

    def _take_locked(self, typed, prefilled, locked, country=None, today=None):
        """Return what was typed with what may not be typed in its place: tampering with a form changes nothing."""
        taken = dict(typed)
        for question in self.filtered(lambda question: question.id in locked):
            text = prefilled.get(question.id) or ""
            if question.kind == "hidden" and not question._would_be_right(text, country, today):
                text = question.default_value or ""
                if not question._would_be_right(text, country, today):
                    text = ""
            taken[question.id] = text
        return taken
