import secrets
from datetime import date

from babel.dates import format_interval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date
from odoo.tools.misc import babel_locale_parse, get_lang

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from ..tools.people_list import WrongEntry, read_people

# Shorter codes can be guessed in a few days, however slowly one must try.
SHORTEST_CODE = 6
LONGEST_CODE = 64
# Without the letters and digits that people take for each other.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
# What the calendar can count back and forth without doubt.
MOST_DAYS = 731
TOLD = 3  # how many of a list are named in a sentence


class BookingRestriction(models.Model):
    """A limit on who may book appointments of a type, when, and how often.

    Restrictions bind visitors; staff are warned and can go on. What concerns slots is kept on the type as well, so
    that loading slots takes no query more (see ``booking_type_restriction``).
    """

    _name = "booking.restriction"
    _description = "Restriction of an Appointment Type"
    _inherit = ["booking.guarded"]
    _order = "type_id, sequence, id"

    type_id = fields.Many2one("booking.type", string="Appointment type", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="type_id.company_id")
    active = fields.Boolean(string="On", default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("count", "Appointments per person"),
            ("closed", "Closed dates"),
            ("opening", "Booking opens and closes"),
            ("code", "Access code"),
            ("domains", "Allowed e-mail domains"),
            ("blocked", "Blocked people"),
        ],
        required=True,
        default="count",
    )
    summary = fields.Char(compute="_compute_summary", string="What it does")
    message = fields.Text(
        translate=True,
        help="What the visitor reads whom it concerns. Leave it empty for a usual sentence. Do not tell what you know "
        "of somebody: anybody can type their e-mail.",
    )

    # Appointments per person
    max_count = fields.Integer(string="At most", default=1, help="Appointments of this type that one person may have.")
    period = fields.Selection(
        [
            ("upcoming", "at the same time, not yet held"),
            ("day", "a day"),
            ("week", "a week"),
            ("month", "a month"),
            ("quarter", "a quarter"),
            ("year", "a year"),
            ("rolling", "in any row of days"),
        ],
        default="upcoming",
        help="Periods are those in which the appointments take place, on the clock of the agency; a week begins on "
        "Monday.",
    )
    days = fields.Integer(default=30, help="How many days in a row.")
    count_no_shows = fields.Boolean(
        string="No-shows count", default=True, help="Off, an appointment to which the person did not come is forgiven."
    )

    # Closed dates
    date_from = fields.Date(string="First day")
    date_to = fields.Date(string="Last day")
    every_year = fields.Boolean(help="The same days are closed in each year.")

    # Booking opens and closes
    opens_at = fields.Datetime(string="Opens on", help="Before, nobody can book, and the page says when it opens.")
    closes_at = fields.Datetime(string="Closes on", help="From then on nobody can book or move an appointment.")

    # Access code
    code = fields.Char(
        default=lambda self: self._new_code(),
        copy=False,
        help="Capitals and small letters are the same. With several codes on a type, each of them opens it.",
    )
    listed = fields.Boolean(
        string="Still listed",
        help="The catalogue, the search and the website's blocks name the type, without its free dates. Off, only "
        "those who know the address find it.",
    )
    link = fields.Char(string="Secret link", compute="_compute_link", help="Who opens it need not type the code.")

    # Lists
    entries = fields.Text(
        string="List",
        help="One a line: an e-mail, a domain (with all below it), a phone number, or with * for any characters a "
        "pattern as test-*@example.com or +3389*. Paste a list as you have it.",
    )

    _count_positive = models.Constraint("CHECK (max_count > 0 OR kind != 'count')", "A person may have one at least.")
    _days_in_range = models.Constraint(
        f"CHECK (days BETWEEN 1 AND {MOST_DAYS} OR kind != 'count' OR period != 'rolling')",
        "A row of days has one day at least, and two years at most.",
    )

    @api.model
    def _new_code(self):
        return "".join(secrets.choice(CODE_ALPHABET) for _character in range(10))

    # What is entered

    @api.onchange("date_from")
    def _onchange_date_from(self):
        if self.date_from and (not self.date_to or self.date_to < self.date_from):
            self.date_to = self.date_from

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidy(vals) for vals in vals_list])

    def write(self, vals):
        if vals.get("entries") and len(self) > 1:
            return all([restriction.write(vals) for restriction in self])  # each by the country of its own type
        return super().write(self._tidy(vals))

    def copy_data(self, default=None):
        """A type that is copied gets codes of its own: who knows the old one was not asked to the new type."""
        return [dict(vals, code=self._new_code()) for vals in super().copy_data(default)]

    def _tidy(self, vals):
        """Write lists in the form in which they are compared, and codes without the space around them."""
        vals = dict(vals)
        if vals.get("code"):
            vals["code"] = vals["code"].strip()
        if vals.get("entries"):
            kind = vals.get("kind") or self.kind
            booking_type = self.env["booking.type"].browse(vals.get("type_id")) or self.type_id
            vals["entries"] = "\n".join(self._read_entries(kind, vals["entries"], booking_type))
        return vals

    @api.model
    def _read_entries(self, kind, text, booking_type):
        """Return the entries of a list; raise a ``ValidationError`` that names the first that is none."""
        places = booking_type.agency_ids.country_id[:1]
        country = places or (booking_type.company_id or self.env.company).country_id
        try:
            return read_people(text, lambda phone: write_phone(phone, country), domains_only=kind == "domains")
        except WrongEntry as wrong:
            raise ValidationError(self._tell_wrong(kind, *wrong.args)) from wrong

    @api.model
    def _tell_wrong(self, kind, entry):
        if kind == "domains":
            return self.env._("“%s” is no domain. Write it as example.com, without what stands before the @.", entry)
        return self.env._(
            "“%s” is no e-mail, domain or phone number. Write one a line, as anne@example.com, example.com, "
            "+33 6 12 34 56 78 or +3389*.",
            entry,
        )

    @api.constrains("kind", "period", "date_from", "date_to", "every_year", "opens_at", "closes_at", "code", "entries")
    def _check_complete(self):
        for restriction in self:
            if problem := restriction._find_gap():
                raise ValidationError(problem)

    def _find_gap(self):
        """Return what is missing for the restriction to mean something, or nothing."""
        if self.kind == "count" and not self.period:
            return self.env._("Choose the period in which the appointments of a person are counted.")
        if self.kind == "closed":
            if not self.date_from or not self.date_to or self.date_to < self.date_from:
                return self.env._("Closed dates have a first day, and a last one that is not before it.")
            if self.every_year and (self.date_to - self.date_from).days > 365:
                return self.env._("Dates that are closed every year last less than a year.")
        if self.kind == "opening":
            if not self.opens_at and not self.closes_at:
                return self.env._("Say when booking opens, when it closes, or both.")
            if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
                return self.env._("Booking closes after it opens.")
        if self.kind == "code" and not SHORTEST_CODE <= len(self.code or "") <= LONGEST_CODE:
            return self.env._(
                "An access code has %(least)s to %(most)s characters.", least=SHORTEST_CODE, most=LONGEST_CODE
            )
        if self.kind in ("blocked", "domains") and not self._read_entries(self.kind, self.entries, self.type_id):
            return self.env._("The list is empty: enter whom it concerns, one a line.")
        return None

    # What it means

    def _as_closed_dates(self):
        """Return closed dates as the type keeps them: ``[[first day, last day, whether every year], ...]``."""
        return [
            [str(closed.date_from), str(closed.date_to), closed.every_year]
            for closed in self.sorted("date_from")
            if closed.date_from and closed.date_to
        ]

    def _get_entries(self):
        return (self.entries or "").split("\n") if self.entries else []

    @api.depends("code", "kind", "type_id.slug")
    def _compute_link(self):
        for restriction in self:
            booking_type, code = restriction.type_id, restriction.kind == "code" and restriction.code
            restriction.link = (
                booking_type.get_base_url() + booking_type._get_link_with_code(code)
                if code and booking_type.slug
                else False
            )

    @api.depends(
        "kind",
        "max_count",
        "period",
        "days",
        "count_no_shows",
        "date_from",
        "date_to",
        "every_year",
        "opens_at",
        "closes_at",
        "listed",
        "entries",
        "type_id.tz",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        """Say in plain words what it does to visitors."""
        for restriction in self:
            restriction.summary = getattr(restriction, f"_tell_{restriction.kind}")() if restriction.kind else ""

    @api.depends("kind", "summary")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for restriction in self:
            restriction.display_name = restriction.summary or kinds.get(restriction.kind, "")

    def _tell_count(self):
        count, days = self.max_count, self.days
        text = {
            "upcoming": self.env._("Appointments of one person that are not yet held: %s at most.", count),
            "day": self.env._("Appointments of one person in a day: %s at most.", count),
            "week": self.env._("Appointments of one person in a week: %s at most.", count),
            "month": self.env._("Appointments of one person in a month: %s at most.", count),
            "quarter": self.env._("Appointments of one person in a quarter: %s at most.", count),
            "year": self.env._("Appointments of one person in a year: %s at most.", count),
            "rolling": self.env._(
                "Appointments of one person in any %(days)s days: %(count)s at most.", days=days, count=count
            ),
        }.get(self.period, "")
        if self.period != "upcoming" and not self.count_no_shows:
            return f"{text} {self.env._('No-shows do not count.')}"
        return text

    def _tell_closed(self):
        if not self.date_from or not self.date_to:
            return self.env._("No slot is offered on these days.")
        dates = self._tell_dates(self.date_from, self.date_to, with_year=not self.every_year)
        if self.every_year:
            return self.env._("No slot is offered on these days of each year: %s.", dates)
        return self.env._("No slot is offered on these days: %s.", dates)

    @api.model
    def _tell_dates(self, first: date, last: date, with_year=True):
        """Return ``December 24 – 31``, in the reader's language."""
        locale = babel_locale_parse(get_lang(self.env).code)
        if first.year != last.year and not with_year:
            return " – ".join(format_date(self.env, day, date_format="d MMMM") for day in (first, last))
        return format_interval(first, last, "yMMMMd" if with_year else "MMMMd", locale=locale)

    def _tell_opening(self):
        told = {"opens": self._tell_instant(self.opens_at), "closes": self._tell_instant(self.closes_at)}
        if self.opens_at and self.closes_at:
            return self.env._("Visitors can book from %(opens)s to %(closes)s.", **told)
        if self.opens_at:
            return self.env._("Visitors can book from %s on.", told["opens"])
        if self.closes_at:
            return self.env._("Visitors can book and move until %s.", told["closes"])
        return ""

    def _tell_instant(self, instant):
        """Return an instant on the clock of the type, with its zone."""
        return self.type_id._tell_instant_in_full(instant) if instant else ""

    def _tell_code(self):
        if self.listed:
            return self.env._("Only who has the code or the secret link can book. The type stays listed.")
        return self.env._("Only who has the code or the secret link can book. The type is listed nowhere.")

    def _tell_domains(self):
        return self.env._("Only e-mail addresses of these domains can book: %s.", self._tell_entries())

    def _tell_blocked(self):
        return self.env._("These people cannot book: %s.", self._tell_entries())

    def _tell_entries(self):
        """Return the first entries in words, and how many more there are."""
        entries = self._get_entries()
        told = ", ".join(entries[:TOLD])
        if len(entries) > TOLD:
            return self.env._("%(some)s and %(count)s more", some=told, count=len(entries) - TOLD)
        return told

    # What visitors read

    def _get_message(self):
        """Return what the visitor reads whom it concerns.

        Who is blocked and who has too many appointments read the same: nobody learns by typing an e-mail whether
        somebody else has an appointment.
        """
        self.ensure_one()
        if self.message:
            return self.message
        if self.kind == "domains":
            entries = self._get_entries()
            if len(entries) <= TOLD:
                return self.env._("Only e-mail addresses of these domains can book: %s.", ", ".join(entries))
            return self.env._("Only e-mail addresses of certain organisations can book. Use the one of yours.")
        if self.kind == "code":
            return self.env._("This appointment is for people who were given an access code.")
        if self.kind == "closed":
            return self.env._("No appointments on this day.")
        if self.kind == "opening":
            return ""  # the page says when
        return self.env._(
            "With these details this appointment cannot be booked online at the moment. Please call or write to us."
        )

    def _get_closing_note(self):
        """Return what stands on a closed date in the week of slots."""
        return self[:1].message or self.env._("Closed") if self else ""

    def action_new_code(self):
        """Give a code that nobody knows yet; the old one and its link stop working at once."""
        self.check_access("write")
        for restriction in self:
            if restriction.kind != "code":
                raise UserError(self.env._("This restriction has no access code."))
            restriction.code = self._new_code()


def write_phone(text, country):
    """Return a phone number in E.164, or nothing where it is none."""
    try:
        return phone_format(text, country.code, country.phone_code, force_format="E164")
    except UserError:
        return None
