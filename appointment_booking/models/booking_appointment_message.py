import base64
from urllib.parse import urlsplit

from odoo import fields, models
from odoo.tools import html2plaintext

from ..tools import ics


class BookingAppointment(models.Model):
    """What is sent about an appointment. Sending is left to Odoo's mail queue: here it is only written down."""

    _inherit = "booking.appointment"

    def _send_message(self, template_xmlid, method):
        """Queue an e-mail to the booker with the calendar entry attached.

        :param template_xmlid: ``mail.template`` of this model
        :param method: what the attached entry asks of the booker's calendar (``REQUEST`` or ``CANCEL``)
        """
        template = self.env.ref(template_xmlid).sudo()
        reachable = self.filtered("booker_email")
        for appointment in reachable:
            attachment = ("appointment.ics", base64.b64encode(appointment._get_ics(method)))
            template.send_mail(appointment.id, email_values={"attachments": [attachment]})
        if reachable:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _get_ics(self, method):
        """Return the appointment as an ICS file, in the booker's language."""
        self.ensure_one()
        appointment = self.sudo().with_context(lang=self.lang or self.env.lang)
        agency = appointment.agency_id
        in_person = appointment.channel == "in_person"
        link = appointment.get_base_url() + appointment.access_url
        texts = [
            appointment.meeting_url,
            html2plaintext(appointment.reason_id.instructions or ""),
            html2plaintext(agency.instructions or "") if in_person else "",
            "\n".join([link, *appointment._tell_change_links("calendar")]),
        ]
        return ics.build(
            ics.Entry(
                uid=appointment._get_ics_uid(),
                sequence=appointment.ics_sequence,
                stamp=fields.Datetime.now(),
                start=appointment.start,
                stop=appointment.stop,
                summary=appointment.type_id.name or appointment.display_name,
                description="\n\n".join(filter(None, texts)),
                location=", ".join(filter(None, [agency.name, agency.address])) if in_person else "",
                url=link,
                organizer=appointment._get_ics_organizer(),
                attendee=ics.Person(appointment.booker_name or "", appointment.booker_email)
                if appointment.booker_email
                else None,
            ),
            method,
        )

    def _get_ics_organizer(self):
        """Return the advisor, reached at the company's address where they have none: an entry needs an organizer."""
        advisor, company = self.user_id, self.company_id
        nobody = f"noreply@{urlsplit(self.get_base_url()).hostname}"
        return ics.Person(advisor.name, advisor.email_normalized or company.partner_id.email_normalized or nobody)

    def _get_ics_uid(self):
        """Return the identity of the entry in all calendars: it never changes."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"appointment-{self.id}@{database}"
