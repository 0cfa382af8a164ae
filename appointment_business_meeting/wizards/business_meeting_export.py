import base64
import io

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import get_lang

from odoo.addons.appointment_booking.tools.appointment_files import WRITERS, Look
from odoo.addons.appointment_booking.tools.spreadsheet import file_name

# What is in every export; what the sides noted for themselves is in none.
COLUMNS = (
    "event_id",
    "sponsor_id",
    "sponsor_type_id",
    "registration_id",
    "participant_company",
    "participant_email",
    "start",
    "stop",
    "space_id",
    "contact_id",
    "state",
    "origin",
    "awaiting",
    "outcome",
    "partner_rating",
    "participant_rating",
    "create_date",
    "answered_at",
)


class BusinessMeetingExport(models.TransientModel):
    """The meetings of a list as a file, to be downloaded by whoever asked for it."""

    _name = "business.meeting.export"
    _description = "Export of Business Meetings"

    kind = fields.Selection([("xlsx", "Excel"), ("csv", "CSV")], required=True, default="xlsx")
    file = fields.Binary(readonly=True, attachment=False)
    name = fields.Char(readonly=True)

    @api.model
    def _export(self, meetings, kind):
        """Return the action that downloads some meetings.

        :param kind: ``xlsx`` or ``csv``
        :raise AccessError: for whoever may not export
        """
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(self.env._("You may not export business meetings."))
        meetings.check_access("read")
        file = io.BytesIO()
        write, _content_type = WRITERS[kind]
        lang = get_lang(self.env)
        look = Look(lang.date_format, lang.time_format, lang.decimal_point)
        write(file, COLUMNS, self._get_headings(), [self._get_row(meeting) for meeting in meetings], look)
        today = fields.Date.to_string(fields.Date.context_today(self))
        export = self.create(
            {
                "kind": kind,
                "file": base64.b64encode(file.getvalue()),
                "name": f"{file_name(self.env._('Business meetings'))}-{today}.{kind}",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{export.id}/file/{export.name}?download=true",
            "target": "download",
        }

    @api.model
    def _get_headings(self):
        told = self.env["business.meeting"].fields_get(COLUMNS, ["string"])
        own = {
            "participant_company": self.env._("Company of the participant"),
            "participant_email": self.env._("E-mail of the participant"),
            "create_date": self.env._("Asked on"),
            "answered_at": self.env._("Answered on"),
        }
        return [own.get(name) or told[name]["string"] for name in COLUMNS]

    @api.model
    def _get_row(self, meeting):
        """Return the values of a meeting; hours are those of the event."""
        registration = meeting.registration_id
        zone = pytz.timezone(meeting.date_tz or "UTC")

        def value(name):
            if name == "participant_company":
                return registration.company_name or None
            if name == "participant_email":
                return registration.email or None
            field, raw = meeting._fields[name], meeting[name]
            if field.type == "many2one":
                return raw.sudo().display_name or None
            if not raw:
                return None
            if field.type == "selection":
                return dict(field._description_selection(self.env)).get(raw)
            if field.type == "datetime":
                return pytz.utc.localize(raw).astimezone(zone).replace(microsecond=0)
            return raw

        return [value(name) for name in COLUMNS]


class BusinessMeeting(models.Model):
    _inherit = "business.meeting"

    def action_export_xlsx(self):
        """Download the meetings as a workbook."""
        return self.env["business.meeting.export"]._export(self, "xlsx")

    def action_export_csv(self):
        """Download the meetings as a CSV file."""
        return self.env["business.meeting.export"]._export(self, "csv")
