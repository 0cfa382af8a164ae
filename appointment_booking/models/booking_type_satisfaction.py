from odoo import api, fields, models


class BookingType(models.Model):
    """Whether and how bookers of a type are asked how it was.

    What is sent when stands among the messages of the type, as for everything else that is told; this switches that
    line on and off.
    """

    _inherit = "booking.type"

    ask_satisfaction = fields.Boolean(
        string="Ask bookers how it was",
        compute="_compute_ask_satisfaction",
        inverse="_inverse_ask_satisfaction",
        help="Once an appointment is marked as held, the booker gets a message with five faces, and may add a comment. "
        "When it goes is set in the list of messages. Who did not come is not asked.",
    )
    satisfaction_days = fields.Integer(
        string="Answers are taken for",
        required=True,
        default=30,
        help="Days after the appointment in which the booker may answer, and change the answer. Nobody is asked later.",
    )
    satisfaction_survey = fields.Selection(
        selection="_select_surveys",
        string="Asked with",
        help="Empty: five faces and a comment. Else one of your surveys: its score, or its questions with a scale, "
        "count as satisfaction.",
    )

    has_surveys = fields.Boolean(compute="_compute_has_surveys")

    _satisfaction_days_positive = models.Constraint(
        "CHECK (satisfaction_days > 0)", "Answers on satisfaction are taken for a day at least."
    )

    @api.depends("notification_ids.active", "notification_ids.event")
    def _compute_ask_satisfaction(self):
        for booking_type in self:
            lines = booking_type.sudo().with_context(active_test=False).notification_ids
            booking_type.ask_satisfaction = any(line.event == "held" and line.active for line in lines)

    def _compute_has_surveys(self):
        self.has_surveys = bool(self._select_surveys())

    def _inverse_ask_satisfaction(self):
        for booking_type in self:
            lines = booking_type.with_context(active_test=False).notification_ids.filtered(lambda n: n.event == "held")
            if booking_type.ask_satisfaction and not lines:
                values = [v for v in self.env["booking.notification"]._default_values() if v["event"] == "held"]
                lines.create([dict(value, type_id=booking_type.id, active=True) for value in values])
            elif booking_type.ask_satisfaction:
                if not any(line.active for line in lines):
                    lines[0].active = True
            else:
                lines.filtered("active").active = False

    @api.model
    def _select_surveys(self):
        """Return the surveys of the addon of that name, if it is installed: this one does without it."""
        if "survey.survey" not in self.env:
            return []
        surveys = self.env["survey.survey"].sudo().search([("survey_type", "!=", "live_session")])
        return [(str(survey.id), survey.title) for survey in surveys]

    def _get_survey(self):
        """Return the ``survey.survey`` with which bookers are asked, with all rights, or ``None``."""
        self.ensure_one()
        if not self.satisfaction_survey or "survey.survey" not in self.env:
            return None
        survey = self.env["survey.survey"].sudo().browse(int(self.satisfaction_survey)).exists()
        return survey if survey and survey.active else None
