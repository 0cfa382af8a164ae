import base64
import binascii
import csv
import io
from collections import defaultdict

from odoo import _, api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date, split_every

from ..tools import availability_csv as hours_csv
from ..tools.availability_csv import Problem, Span
from .booking_availability import WEEKDAYS

MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 50000
PLANNED = 200  # new hours that are shown before they are imported
STEP = 500  # lines between two words to the page that waits


class BookingAvailability(models.Model):
    """Hours from a CSV file: all of it or nothing, after a look at what it would do."""

    _inherit = "booking.availability"

    @api.model
    def get_import_template(self):
        """Return ``name`` and ``text`` of an empty file with its columns and commented examples.

        It is made for the reader's language: the French spreadsheet separates by semicolons.
        """
        french = (self.env.lang or "").startswith("fr")
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";" if french else ",", lineterminator="\r\n")
        writer.writerow([hours_csv.template_header(key, french) for key in hours_csv.HEADERS])
        for comment in self._import_comments():
            writer.writerow([f"# {comment}"])
        kinds = [names[1 if french else 0] for names in hours_csv.KINDS.values()]
        days = "lun-ven" if french else "mon-fri"
        me, agency = self.env.user.login, self.env["booking.agency"].search([], limit=1).name or ""
        for example in (
            [me, agency, kinds[0], days, "", "09:00-12:00 14:00-18:00", "2027-01-04", "2027-06-30", "", ""],
            [me, agency, kinds[1], "", "2027-01-09 2027-01-16", "09:00-12:30", "", "", "", _("Open day")],
            [me, "", kinds[2], "", "2027-02-15 - 2027-02-19", "", "", "", "", _("Holiday")],
        ):
            writer.writerow([f"# {example[0]}", *example[1:]])
        # The mark tells spreadsheets that it is UTF-8.
        return {"name": _("hours.csv"), "text": "\ufeff" + text.getvalue()}

    @api.model
    def _import_comments(self):
        return [
            _("Lines that begin with # are not read. Take the # away from an example to use it."),
            _("Advisor: login or e-mail. Agency: its name, or empty for every agency."),
            _("Kind: recurring (weekdays and hours), one-off (dates and hours), closed (dates, hours if not all day)."),
            _("Weekdays: mon-fri, or mon wed. Dates: 2027-01-09 or 09/01/2027, several, or from - to."),
            _("Hours: 09:00-12:00 14:00-18:00. Types: names with | between them, or empty for every type."),
        ]

    @api.model
    def check_import(self, data, key=None):
        """Say what :meth:`run_import` would do.

        :param data: the file, in base64
        :param key: what the page calls this job, to ask ``booking.progress`` for it
        :return: ``counts`` of ``lines``, ``new`` records, ``identical``, ``wrong`` and ``warnings``; ``rows``, each
            ``[line, column, level, message]``; ``plan``, the first of the new hours, each
            ``[line, advisor, hours, agency]``; ``encoding`` and ``separator``
        """
        report, _values = self._examine_import(self._decode_upload(data), key)
        return report

    @api.model
    def run_import(self, data, key=None):
        """Import a file, unless a line is wrong.

        :return: the report of :meth:`check_import`, and whether it is ``done``
        """
        content = self._decode_upload(data)
        lock = SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s), 0)", "booking.availability.import")
        if not self.env.execute_query(lock)[0][0]:
            raise UserError(_("Somebody is importing hours just now. Try again in a minute."))
        report, values = self._examine_import(content, key)
        report["done"] = not report["counts"]["wrong"]
        if report["done"]:
            lines = report["counts"]["lines"]
            for number, chunk in enumerate(split_every(STEP, values)):
                self.create(chunk)
                self.env.flush_all()
                self.env.invalidate_all()
                done = lines + lines * min((number + 1) * STEP, len(values)) // len(values)
                self.env["booking.progress"]._tell(key, done, 2 * lines)
        return report

    @api.model
    def _decode_upload(self, data):
        self.check_access("create")
        if not self._may_edit_hours():
            raise AccessError(_("You may not enter hours. Ask a manager of your team."))
        if not isinstance(data, str) or len(data) * 3 // 4 > MAX_BYTES:
            raise UserError(_("The file is larger than 5 MB. Import it in parts."))
        try:
            return base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            raise UserError(_("The file did not arrive whole. Choose it again.")) from None

    @api.model
    def _examine_import(self, content, key):
        """Return the report, and the values of the records to create."""
        self.env["booking.progress"]._tell(key, 0, 1)
        sheet = hours_csv.read(content)
        if sheet.lines > MAX_LINES:
            raise UserError(_("The file has more than %s lines. Import it in parts.", MAX_LINES))
        book = _Names(self)
        book.load(sheet.entries)
        problems, warnings, skipped = list(sheet.problems), [], []
        new, seen = [], self._import_known(book.users())
        wrong = {problem.line for problem in problems}
        for count, entry in enumerate(sheet.entries):
            if not count % STEP:
                self.env["booking.progress"]._tell(key, count, 2 * len(sheet.entries))
            found = book.resolve(entry)
            if isinstance(found, list):
                problems += found
                wrong.add(entry.line)
                continue
            identity = found.identity()
            if identity in seen:
                skipped.append((entry.line, seen[identity]))
                continue
            seen[identity] = entry.line
            new.append(found)
        warnings = self._import_overlaps(seen)
        report = {
            "counts": {
                "lines": sheet.lines,
                "new": len(new),
                "identical": len(skipped),
                "wrong": len(wrong),
                "warnings": len(warnings),
            },
            "rows": self._import_rows(sheet, problems, warnings, skipped),
            "plan": [] if wrong else self._import_plan(new[:PLANNED]),
            "encoding": sheet.encoding,
            "separator": sheet.separator,
        }
        return report, [found.values() for found in new]

    @api.model
    def _import_known(self, users):
        """Return ``{identity: record}`` of what these users have, in a fixed number of queries."""
        records = self.search([("user_id", "in", users.ids)])
        return dict(zip(records._identities(), records, strict=True))

    def _identities(self):
        """Return for each record what makes it the same as others; a note does not make a difference."""
        hours = defaultdict(list)
        for line in self.env["booking.availability.hours"].search_fetch([("availability_id", "in", self.ids)]):
            hours[line.availability_id.id].append((round(line.hour_from * 60), round(line.hour_to * 60)))
        return [
            (
                record.user_id.id,
                record.agency_id.id,
                record.kind,
                sum(1 << bit for bit, day in enumerate(WEEKDAYS) if record[day]) if record.kind == "recurring" else 0,
                record.date_from or None,
                record.date_to or None,
                tuple(sorted(hours[record.id])),
                frozenset(record.type_ids.ids),
                record.tz,
            )
            for record in self
        ]

    @api.model
    def _import_overlaps(self, seen):
        """Return ``(line, what it overlaps)``: a line or a record. What exists may overlap itself unsaid."""
        spans = [
            Span(
                (user_id, kind == "closed"),
                name,
                weekdays if kind == "recurring" else 127,
                date_from,
                date_to,
                ranges,
            )
            for (user_id, _agency, kind, weekdays, date_from, date_to, ranges, _types, _tz), name in seen.items()
        ]
        warnings = {}
        for later, earlier in hours_csv.overlaps(spans):
            for name, other in ((later, earlier), (earlier, later)):
                if isinstance(name, int) and (not isinstance(other, int) or other < name):
                    warnings.setdefault(name, other)
        return sorted(warnings.items(), key=lambda warning: warning[0])

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _import_rows(self, sheet, problems, warnings, skipped):
        rows = [
            [
                problem.line,
                sheet.headers.get(problem.column, problem.column),
                "wrong",
                self._import_message(problem),
            ]
            for problem in problems
        ]
        french = (self.env.lang or "").startswith("fr")
        for row, problem in zip(rows, problems, strict=True):
            if problem.column and problem.column not in sheet.headers:
                row[1] = hours_csv.template_header(problem.column, french)
        hours = sheet.headers.get("hours", "")
        for line, other in warnings:
            if isinstance(other, int):
                message = _("These hours overlap those of line %s. They count once.", other)
            else:
                message = _("These hours overlap hours that exist: %s. They count once.", other.display_name)
            rows.append([line, hours, "warning", message])
        for line, other in skipped:
            if isinstance(other, int):
                message = _("The same as line %s: left out.", other)
            else:
                message = _("These hours exist already: left out.")
            rows.append([line, "", "identical", message])
        if sheet.unknown and not problems:
            message = _("Columns that mean nothing here are not read: %s.", ", ".join(sheet.unknown)[:200])
            rows.append([0, "", "warning", message])
        return sorted(rows, key=lambda row: row[0])

    @api.model
    def _import_plan(self, new):
        """Return what would be added, as :meth:`check_import` says it."""
        plan = []
        for found in new:
            hours = self.new(found.values())
            label = hours.display_name
            if hours.kind == "recurring":
                bounds = [format_date(self.env, day) for day in (hours.date_from, hours.date_to) if day]
                if len(bounds) == 2:
                    label = _("%(hours)s (%(start)s to %(end)s)", hours=label, start=bounds[0], end=bounds[1])
                elif hours.date_from:
                    label = _("%(hours)s (from %(start)s)", hours=label, start=bounds[0])
                elif hours.date_to:
                    label = _("%(hours)s (until %(end)s)", hours=label, end=bounds[0])
            agency = found.agency.name or ("" if hours.kind == "closed" else _("Every agency"))
            plan.append([found.entry.line, found.user.name, label, agency])
        return plan

    @api.model
    def _import_message(self, problem):
        value = problem.value
        messages = {
            "binary": lambda: _("This is no text file. Save the spreadsheet as CSV first."),
            "unreadable": lambda: _("The file cannot be read as CSV. Save it again from the spreadsheet."),
            "empty": lambda: _("The file is empty. Download the template to begin with."),
            "missing_column": lambda: _("This column is missing. Take the first line of the template."),
            "missing": lambda: _("Nothing is entered here."),
            "too_long": lambda: _("This is too long."),
            "too_many_cells": lambda: _("This line has more cells than the first one. Put texts in double quotes."),
            "kind": lambda: _("“%s” is no kind: write recurring, one-off or closed.", value),
            "weekdays": lambda: _("“%s” is no weekday: write mon-fri, or mon wed.", value),
            "hours": lambda: _("“%s” are no hours: write 09:00-12:00 14:00-18:00, each to a later hour.", value),
            "date": lambda: _("“%s” is no date: write 2027-01-09 or 09/01/2027.", value),
            "dates": lambda: _("“%s” are no dates: write 2027-01-09, or 2027-01-09 - 2027-01-16.", value),
            "until_before_from": lambda: _("The last day is before the first."),
            "not_for_recurring": lambda: _("Hours of every week have no dates: use the columns of their validity."),
            "only_for_recurring": lambda: _("Only hours of every week have this: leave it empty, and enter dates."),
            "no_advisor": lambda: _("Nobody has the login or e-mail “%s”.", value),
            "several_advisors": lambda: _("Several people have the e-mail “%s”: write the login.", value),
            "not_allowed": lambda: _("You may not change the hours of %s: they are in no team that you manage.", value),
            "only_own": lambda: _("You may only enter your own hours, not those of %s.", value),
            "no_agency": lambda: _("There is no agency “%s”.", value),
            "several_agencies": lambda: _("Several agencies are called “%s”: write the external identifier.", value),
            "no_type": lambda: _("There is no appointment type “%s”, or you do not see it.", value),
            "several_types": lambda: _("Several appointment types are called “%s”: write the technical name.", value),
            "not_for_closed": lambda: _("What closes, closes for all: leave this empty."),
        }
        return messages[problem.code]()


class _Names:
    """Who and what is meant by the names in a file, looked up at once for all lines."""

    def __init__(self, model):
        self.env = model.env
        self.own_only = not model.env.user.has_group("appointment_booking.group_booking_manager")
        self.editable = set(model._get_editable_users().ids)
        self.advisors, self.agencies, self.types = {}, {}, {}

    def load(self, entries):
        names = {entry.advisor.strip() for entry in entries}
        lowered = {name.lower() for name in names}
        users = self.env["res.users"].search(
            ["|", ("login", "in", list(names | lowered)), ("email_normalized", "in", list(lowered))]
        )
        self.advisors = _index(users.filtered(lambda user: not user.share), lambda user: [user.email_normalized])
        # a login is meant before the e-mail of somebody else
        self.advisors.update(
            {user.login.lower(): user for user in users if not user.share and user.login.lower() in lowered}
        )
        agencies = self.env["booking.agency"].search([])
        external = agencies.sudo().get_external_id()
        self.agencies = _index(agencies, lambda agency: [agency.name, external[agency.id]])
        types = self.env["booking.type"].search([])
        self.types = _index(types, lambda a_type: [a_type.name, a_type.technical_name, a_type.slug])

    def users(self):
        """Return the users of the file whose hours may be changed."""
        users = self.env["res.users"].union(*self.advisors.values()) if self.advisors else self.env["res.users"]
        return users.filtered(lambda user: user.id in self.editable)

    def resolve(self, entry):
        """Return the hours of an entry as :class:`_Found`, or the problems of its names."""
        problems = []

        def one(names, column, name, none, several):
            found = names.get(hours_csv.plain(name)) or names.get(name.strip().lower())
            if not found or len(found) > 1:
                problems.append(Problem(entry.line, column, several if found else none, name[:80]))
                return None
            return found

        user = one(self.advisors, "advisor", entry.advisor, "no_advisor", "several_advisors")
        if user and user.id not in self.editable:
            code = "only_own" if self.own_only and user != self.env.user else "not_allowed"
            problems.append(Problem(entry.line, "advisor", code, user.name))
        agency = self.env["booking.agency"]
        if entry.agency:
            agency = one(self.agencies, "agency", entry.agency, "no_agency", "several_agencies")
        types = [one(self.types, "types", name, "no_type", "several_types") for name in entry.types]
        if entry.kind == "closed":
            for column in ("agency", "types"):
                if getattr(entry, column):
                    problems.append(Problem(entry.line, column, "not_for_closed"))
        if problems:
            return problems
        return _Found(entry, user, agency, frozenset(a_type.id for a_type in types))


class _Found:
    """Hours of a file with the records that they name."""

    def __init__(self, entry, user, agency, type_ids):
        self.entry, self.user, self.agency, self.type_ids = entry, user, agency, type_ids
        self.tz = agency.tz or user.tz or user.env.user.tz or "UTC"

    def identity(self):
        """Return what makes these hours the same as others; a note does not make a difference."""
        entry = self.entry
        dates = entry.date_from, entry.date_to
        who = self.user.id, self.agency.id, entry.kind, entry.weekdays
        return (*who, *dates, entry.hours, self.type_ids, self.tz)

    def values(self):
        entry = self.entry
        return {
            "user_id": self.user.id,
            "agency_id": self.agency.id,
            "kind": entry.kind,
            **{day: bool(entry.weekdays >> bit & 1) for bit, day in enumerate(WEEKDAYS)},
            "date_from": entry.date_from,
            "date_to": entry.date_to,
            "tz": self.tz,
            "hours_ids": [
                Command.create({"hour_from": start / 60, "hour_to": stop / 60}) for start, stop in entry.hours
            ],
            "type_ids": [Command.set(list(self.type_ids))],
            "note": entry.note,
        }


def _index(records, names_of):
    """Return ``{plain name: records}``."""
    index = {}
    for record in records:
        for name in {hours_csv.plain(name) for name in names_of(record) if name}:
            index[name] = index.get(name, records.browse()) | record
    return index
