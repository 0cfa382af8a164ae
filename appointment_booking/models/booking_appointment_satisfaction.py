import unicodedata
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .booking_question_form import TURNING

# What a booker may answer, the best last; Odoo's ratings go from 1 to 5 as well.
GRADES = (1, 2, 3, 4, 5)
LONGEST_COMMENT = 2000


class BookingAppointment(models.Model):
    """How satisfied the booker was: asked some time after the appointment is marked as held, answered once.

    The answer is one of Odoo's ratings. It is made when the booker answers, not when they are asked, so that whoever
    has not answered counts nowhere; and it has no token of its own, as the link of the appointment is the key.
    """

    _name = "booking.appointment"
    _inherit = ["rating.mixin", "booking.appointment"]  # the mixin is a mail.thread: it comes before it

    held_at = fields.Datetime(
        string="Marked as held", readonly=True, copy=False, help="From then on the delay before the question runs."
    )
    rating_last_value = fields.Float(string="Satisfaction", help="What the booker answered, from 1 to 5.")
    rating_last_feedback = fields.Text(string="Comment on the appointment")

    _type_held_index = models.Index("(type_id, held_at) WHERE held_at IS NOT NULL")
    _type_rated_index = models.Index("(type_id) WHERE rating_last_value > 0")

    def write(self, vals):
        if "state" in vals and "held_at" not in vals:
            vals = dict(vals, held_at=fields.Datetime.now() if vals["state"] == "done" else False)
        return super().write(vals)

    def message_post(self, **kwargs):
        """Post a message, and nothing else: Odoo would take a grade that came with it for the booker's answer."""
        kwargs.pop("rating_value", None)
        return super().message_post(**kwargs)

    def _rating_get_parent_field_name(self):
        return "type_id"

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Leave out of an average those who have not answered: the column says 0 of them."""
        if aggregate_spec == "rating_last_value:avg":
            return SQL("AVG(NULLIF(%s, 0))", self._field_to_sql(self._table, "rating_last_value", query))
        return super()._read_group_select(aggregate_spec, query)

    # Whom to ask

    def _get_due(self, notification, now):
        if notification.event != "held":
            return super()._get_due(notification, now)
        if not self.held_at or self.rating_last_value or self.survey_done_at:
            return None
        due = self.held_at + timedelta(minutes=notification.offset)
        return None if self._find_rating_obstacle(due) else due

    @api.model
    def _get_conditions_to_ask(self, due, since):
        """Return what the query of due messages asks of an appointment ``a`` with a notification ``n``.

        It is what :meth:`_get_due` says, and that the question was not put before: an appointment that is reopened and
        held again is not asked about twice.

        :param due: when it is due, as SQL
        :param since: what was due before (naive UTC) does not matter any more
        """
        delays = self.env["booking.notification"].sudo()._read_group([("event", "=", "held")], [], ["offset:max"])
        # PostgreSQL plans well with what it knows beforehand: it reads a few days of the index.
        first = since - timedelta(minutes=delays[0][0] or 0)
        self.env["booking.type"].flush_model(["satisfaction_days"])
        self.env["res.partner"].flush_model(["booking_no_survey"])
        return [
            SQL("a.state = 'done' AND a.forgotten_at IS NULL"),
            SQL("a.held_at > %s", first),
            SQL("(a.attendance = 'came' OR a.attendance IS NULL)"),
            SQL("(a.rating_last_value = 0 OR a.rating_last_value IS NULL) AND a.survey_done_at IS NULL"),
            SQL(
                "%s <= a.stop + (SELECT t.satisfaction_days FROM booking_type t WHERE t.id = a.type_id)"
                " * interval '1 day'",
                due,
            ),
            SQL("NOT EXISTS (SELECT FROM res_partner p WHERE p.id = a.partner_id AND p.booking_no_survey)"),
            SQL(
                "NOT EXISTS (SELECT FROM booking_message asked WHERE asked.appointment_id = a.id"
                " AND asked.notification_id = n.id AND asked.state != 'cancelled')"
            ),
        ]

    def _is_asked(self):
        """Tell whether bookers of this type are asked, or whether this one was."""
        self.ensure_one()
        return self.type_id.ask_satisfaction or any(message.event == "held" for message in self.message_log_ids)

    def _find_rating_obstacle(self, now=None):
        """Return why nobody can say how the appointment was, or nothing.

        :return: ``"forgotten"``, ``"not_held"``, ``"absent"``, ``"late"``, ``"declined"`` or ``None``
        """
        self.ensure_one()
        if self.forgotten_at:
            return "forgotten"
        if self.state != "done" or not self.type_id:
            return "not_held"
        if self.attendance and self.attendance != "came":
            return "absent"
        if self._get_rating_end() < (now or fields.Datetime.now()):
            return "late"
        if self.partner_id.booking_no_survey:
            return "declined"
        return None

    def _get_rating_end(self):
        """Return until when (naive UTC) an answer is taken, and may be changed."""
        return self.stop + timedelta(days=self.type_id.satisfaction_days)

    def _get_rating_url(self, rate=None):
        """Return the page on which the booker says how it was, for messages.

        :param rate: the grade that the page then proposes; only sending the page gives it
        """
        self.ensure_one()
        query = f"?rate={rate}" if rate else ""
        return f"{self.get_base_url()}{self.sudo().access_url}/rating{query}"

    # The answer

    @api.model
    def _get_grades(self):
        """Return the answers to choose from as ``[(value, face, words)]``, the worst first."""
        words = (
            self.env._("Very poor"),
            self.env._("Poor"),
            self.env._("Fair"),
            self.env._("Good"),
            self.env._("Very good"),
        )
        return list(zip(GRADES, "😞😕😐😊😀", words, strict=True))

    def _get_rating(self):
        """Return the ``rating.rating`` of the appointment, or nothing."""
        return self.sudo().rating_ids.filtered("consumed")[:1]

    def _rate(self, grade, comment=""):
        """Write down how satisfied the booker was; a second answer takes the place of the first.

        Two that are sent at once both write the row of the appointment: PostgreSQL fails one, and Odoo tries it again.

        :param grade: from 1 to 5
        :param comment: text, or nothing
        """
        self.ensure_one()
        rating = self._get_rating()
        values = {"rating": grade, "feedback": self._clean_comment(comment) or False, "consumed": True}
        if not rating:
            rating = rating.create(
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": self.id,
                    "partner_id": self.partner_id.id,
                    "rated_partner_id": self.user_id.partner_id.id,
                    "access_token": False,
                }
            )
        # Only now, as what depends on it is found by the model, which Odoo works out after the creation.
        rating.write(values)

    def _decline_surveys(self):
        """Never ask these bookers again. Whoever has the link has read the message that was sent to them."""
        self.sudo().partner_id.booking_no_survey = True

    @api.model
    def _clean_comment(self, comment):
        text = unicodedata.normalize("NFC", (comment or "").replace("\r\n", "\n"))
        kept = (c for c in text if c == "\n" or not (c in TURNING or unicodedata.category(c).startswith("C")))
        return "".join(kept).strip()[:LONGEST_COMMENT]

    def action_view_rating(self):
        """Open what the booker answered."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("appointment_booking.booking_rating_action")
        return dict(action, domain=[("booking_appointment_id", "=", self.id)], context={})
