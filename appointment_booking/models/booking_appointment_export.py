import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import get_lang, split_every

from ..tools.appointment_files import WRITERS, Look
from ..tools.spreadsheet import file_name

EXPORTED_AT_ONCE = 1000
# XLSX knows no more rows than these; in other formats nobody could open more either.
MOST_ROWS = 1_000_000

# The columns of every export, in their order. What is not named here is in none: the notes of an interview never are.
EXPORT_COLUMNS = (
    "name",
    "start",
    "stop",
    "duration",
    "state",
    "attendance",
    "category_id",
    "subject",
    "type_id",
    "reason_id",
    "agency_id",
    "channel",
    "user_id",
    "booker_name",
    "booker_email",
    "booker_phone",
    "postcode",
    "move_count",
    "cancelled_by",
    "cancel_reason",
    "rating_last_value",
    "create_date",
    "company_id",
)


class BookingAppointment(models.Model):
    """The list of appointments as a file: with the same rows for whoever may read them, in any number."""

    _inherit = "booking.appointment"

    @api.model
    def _get_export_columns(self):
        """Return the columns as ``{field name: heading}``; other addons add theirs here."""
        headings = {
            "name": self.env._("Reference"),
            "start": self.env._("Start"),
            "booker_name": self.env._("Booker"),
            "booker_email": self.env._("E-mail"),
            "booker_phone": self.env._("Phone"),
            "cancelled_by": self.env._("Cancelled by"),
            "create_date": self.env._("Booked on"),
        }
        told = self.fields_get(EXPORT_COLUMNS, ["string"])
        return {name: headings.get(name) or told[name]["string"] for name in EXPORT_COLUMNS if name in told}

    @api.model
    def _find_listed(self, domain=None, order=None, ids=None, limit=None):
        """Return the appointments of a list as the browser describes it, without those that are only held.

        :param domain: a domain as the search bar makes it
        :param order: as of :meth:`search`
        :param ids: only these, the ticked ones
        :raise UserError: when it describes none
        """
        try:
            found = Domain(domain or []) & Domain("state", "!=", "hold")
            if ids is not None:
                found &= Domain("id", "in", [int(record_id) for record_id in ids])
            return self.search(found, order=order or None, limit=limit)
        except AccessError:
            raise
        except (TypeError, ValueError, KeyError, AttributeError, UserError) as error:
            raise UserError(self.env._("This is not a list of appointments.")) from error

    def _export(self, kind, file):
        """Write these appointments to a file, in batches: memory does not grow with their number.

        :param kind: ``csv``, ``xlsx`` or ``xml``
        :param file: a binary file open for writing
        :raise UserError: when there are more than such a file holds
        """
        if len(self) > MOST_ROWS:
            raise UserError(self.env._("These are more appointments than one file holds. Narrow the list down first."))
        columns = self._get_export_columns()
        write, _content_type = WRITERS[kind]
        write(file, list(columns), list(columns.values()), self._get_export_rows(list(columns)), self._get_look())

    @api.model
    def _get_look(self):
        lang = get_lang(self.env)
        return Look(lang.date_format, lang.time_format, lang.decimal_point)

    @api.model
    def _get_export_name(self, kind):
        today = fields.Date.to_string(fields.Date.context_today(self))
        return f"{file_name(self.env._('Appointments'))}-{today}.{kind}"

    def _get_file_name(self):
        """Return what the printed sheet is called as a file."""
        return file_name(self.display_name if self.name == "/" else self.name)

    def _get_export_rows(self, names):
        """Yield the values of each appointment, with the same number of queries for each batch."""
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in names
            if self._fields[name].type == "selection"
        }
        links = [name for name in names if self._fields[name].type == "many2one"]
        hours = {name for name in names if self._fields[name].type == "datetime"}
        known = {name: {} for name in links}  # names of what is linked: few types, agencies and advisors

        def value(name, raw):
            if name in labels:
                return labels[name].get(raw)
            if name in known:
                return known[name].get(raw)
            if name in hours:
                return pytz.utc.localize(raw).astimezone(self.env.tz).replace(microsecond=0) if raw else None
            if raw is False or (name == "rating_last_value" and not raw):
                return None
            return raw

        for ids in split_every(EXPORTED_AT_ONCE, self.ids):
            batch = self.browse(ids)
            rows = batch.read(names, load=None)
            for name in links:
                new = {row[name] for row in rows if row[name]} - known[name].keys()
                # Who may read an appointment may read the names of what it is about.
                linked = self.env[self._fields[name].comodel_name].sudo().browse(new)
                known[name].update((record.id, record.display_name) for record in linked)
            for row in rows:
                yield [value(name, row[name]) for name in names]
            batch.invalidate_recordset()
