from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .booking_forgetter import QUIETLY

COLLECTED_AT_ONCE = 500


class BookingAppointment(models.Model):
    """Asking with one of Odoo's surveys, where the addon ``survey`` is installed.

    It is not required: it brings badges and challenges along, which a database that only books has no use for. So
    nothing here inherits from its models or has a relation to them; what was answered is looked for now and then.
    """

    _inherit = "booking.appointment"

    survey_token = fields.Char(copy=False, readonly=True, groups="base.group_system", help="Of the answer to a survey.")
    survey_done_at = fields.Datetime(string="Survey answered", copy=False, readonly=True)

    _survey_open_index = models.Index("(id) WHERE survey_token IS NOT NULL AND survey_done_at IS NULL")

    def _get_survey_answer(self):
        """Return the ``survey.user_input`` of the appointment with all rights, or ``None``."""
        self.ensure_one()
        token = self.sudo().survey_token
        if not token or "survey.user_input" not in self.env:
            return None
        return self.env["survey.user_input"].sudo().search([("access_token", "=", token)], limit=1) or None

    def _start_survey(self):
        """Return where the booker answers the survey: one answer each appointment. ``None`` where they cannot."""
        self.ensure_one()
        survey = self.type_id._get_survey()
        if not survey:
            return None
        answer = self._get_survey_answer()
        if not answer:
            try:
                answer = survey._create_answer(
                    partner=self.partner_id,
                    email=self.booker_email,
                    check_attempts=False,
                    deadline=self._get_rating_end(),
                )
            except UserError:  # closed meanwhile, or not for people from outside
                return None
            self.sudo().survey_token = answer.access_token
        return answer.get_start_url()

    @api.model
    def _collect_surveys(self):
        """Take over some of the surveys that were answered since; return how many."""
        if "survey.user_input" not in self.env:
            return 0
        self.flush_model(["survey_token", "survey_done_at"])
        self.env["survey.user_input"].flush_model(["access_token", "state"])
        self.env.cr.execute(
            SQL(
                """
                SELECT a.id FROM booking_appointment a
                  JOIN survey_user_input u ON u.access_token = a.survey_token AND u.state = 'done'
                 WHERE a.survey_token IS NOT NULL AND a.survey_done_at IS NULL
                 LIMIT %s
                   FOR UPDATE OF a SKIP LOCKED
                """,
                COLLECTED_AT_ONCE,
            )
        )
        appointments = self.browse([appointment_id for (appointment_id,) in self.env.cr.fetchall()])
        for appointment in appointments:
            answer = appointment._get_survey_answer()
            appointment.survey_done_at = answer.end_datetime or fields.Datetime.now()
            grade = appointment._grade_survey(answer)
            if grade:
                appointment._rate(grade)
        return len(appointments)

    @api.model
    def _grade_survey(self, answer):
        """Return the satisfaction that a survey's answer says, from 1 to 5, or ``None`` where it says none.

        The score where the survey has one, else the mean of its questions with a scale.
        """
        survey = answer.survey_id
        if survey.scoring_type != "no_scoring" and survey.scoring_max_obtainable > 0:
            return round(1 + 4 * min(max(answer.scoring_percentage, 0), 100) / 100, 1)
        lines = answer.user_input_line_ids.filtered(lambda line: line.answer_type == "scale" and not line.skipped)
        parts = [
            (line.value_scale - line.question_id.scale_min) / (line.question_id.scale_max - line.question_id.scale_min)
            for line in lines
        ]
        return round(1 + 4 * sum(parts) / len(parts), 1) if parts else None

    def _forget_survey(self):
        """Remove from the answers to surveys whose they are, and what was written in words."""
        for appointment in self:
            if answer := appointment._get_survey_answer():
                answer = answer.with_context(**QUIETLY)
                self.env["booking.forgetter"]._forget_threads(answer, answer.partner_id)
                answer.write({"partner_id": False, "email": False, "nickname": False})
                answer.user_input_line_ids.write({"value_char_box": False, "value_text_box": False})

    def action_view_survey(self):
        """Open what the booker answered in the survey."""
        self.ensure_one()
        self.check_access("read")
        answer = self._get_survey_answer()
        if not answer:
            raise UserError(self.env._("No answer to a survey is there."))
        return {"type": "ir.actions.act_url", "url": answer.get_print_url(), "target": "new"}
