from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# What partners can be shown of a participant, and where it is found. Nothing else of a registration is ever shown.
PATHS = {
    "name": "name",
    "company": "company_name",
    "function": "partner_id.function",
    "city": "partner_id.city",
    "country": "partner_id.country_id.name",
    "industry": "partner_id.industry_id.name",
    "ticket": "event_ticket_id.name",
    "email": "email",
    "phone": "phone",
}
# Those with few values, by which a list is narrowed; questions with given answers are, too
CHOICES = {
    "ticket": "event_ticket_id",
    "country": "partner_id.country_id",
    "industry": "partner_id.industry_id",
}


class BusinessMeetingField(models.Model):
    """What partners see of participants, as a column, and what they can search in.

    The organiser chooses from a list, and from the questions of the event: the name of a field is never typed.
    """

    _name = "business.meeting.field"
    _inherit = ["booking.guarded"]
    _description = "Information about Participants"
    _order = "sequence, id"

    event_id = fields.Many2one("event.event", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="event_id.company_id")
    sequence = fields.Integer(default=10)
    what = fields.Selection(
        [
            ("name", "Name"),
            ("company", "Company"),
            ("function", "Job position"),
            ("city", "City"),
            ("country", "Country"),
            ("industry", "Industry"),
            ("ticket", "Ticket"),
            ("email", "E-mail"),
            ("phone", "Phone"),
            ("question", "Answer to a question"),
        ],
        string="Information",
        required=True,
        default="name",
    )
    question_id = fields.Many2one(
        "event.question",
        ondelete="cascade",
        domain="[('event_ids', 'in', event_id), ('question_type', 'in', ('simple_choice', 'text_box'))]",
    )
    is_shown = fields.Boolean(string="Column", default=True, help="Partners see it in the list of participants.")
    is_searched = fields.Boolean(string="Searchable", default=True, help="Partners find participants by it.")

    _has_question = models.Constraint(
        "CHECK ((what = 'question') = (question_id IS NOT NULL))", "Choose the question whose answer is meant."
    )
    _once = models.UniqueIndex("(event_id, what, COALESCE(question_id, 0))", "This information is in the list already.")

    @api.depends("what", "question_id.title")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["what"]._description_selection(self.env))
        for field in self:
            field.display_name = field.question_id.title or names.get(field.what, "")

    @api.constrains("question_id", "event_id")
    def _check_question(self):
        for field in self:
            if field.question_id and field.question_id not in field.event_id.question_ids:
                raise ValidationError(self.env._("“%s” is no question of this event.", field.question_id.title))

    @api.onchange("what")
    def _onchange_what(self):
        if self.what != "question":
            self.question_id = False

    def _get_search_domain(self, text):
        """Return the domain of the registrations in which one of these fields holds a text; all, for no text."""
        text = (text or "").strip()
        if not text:
            return Domain.TRUE
        return Domain.AND(Domain.OR(field._contains(word) for field in self) for word in text.split()[:8])

    def _contains(self, word):
        if self.what != "question":
            return Domain(PATHS[self.what], "ilike", word)
        answers = Domain("question_id", "=", self.question_id.id) & (
            Domain("value_text_box", "ilike", word) | Domain("value_answer_id.name", "ilike", word)
        )
        return Domain("registration_answer_ids", "any", answers)

    def _get_choices(self, domain):
        """Return ``[(field, [(value, label), ...]), ...]`` of the fields with few values to choose from.

        :param domain: that of the registrations that are seen: what none of them has is no choice
        """
        registrations = self.env["event.registration"].sudo()
        seen = registrations._search(domain)
        choices = []
        for field in self:
            records = field._find_values(seen)
            # Of a question, one answer is a choice already: others may have given none.
            if records and (len(records) > 1 or field.what == "question"):
                choices.append((field, [(str(record.id), record.display_name) for record in records]))
        return choices

    def _find_values(self, seen):
        """Return the records that the registrations of a query have as the value of a field; none for free text."""
        if self.what == "ticket":
            return self.env["event.event.ticket"].sudo().search([("id", "in", seen.subselect("event_ticket_id"))])
        if self.what in ("country", "industry"):
            partners = self.env["res.partner"].sudo()._search([("id", "in", seen.subselect("partner_id"))])
            model = {"country": "res.country", "industry": "res.partner.industry"}[self.what]
            return self.env[model].sudo().search([("id", "in", partners.subselect(f"{self.what}_id"))])
        if self.what == "question" and self.question_id.question_type == "simple_choice":
            answers = self.env["event.registration.answer"].sudo()
            given = answers._search([("question_id", "=", self.question_id.id), ("registration_id", "in", seen)])
            return self.env["event.question.answer"].sudo().search([("id", "in", given.subselect("value_answer_id"))])
        return None

    def _get_choice_domain(self, chosen):
        """Return the domain of the registrations that have the chosen values; what is no number of one has none.

        :param chosen: ``{field id: value as in _get_choices}``
        """
        domain = Domain.TRUE
        for field in self:
            value = chosen.get(field.id)
            if not value:
                continue
            number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
            if field.what == "question":
                answer = Domain("question_id", "=", field.question_id.id) & Domain("value_answer_id", "=", number)
                domain &= Domain("registration_answer_ids", "any", answer)
            elif field.what in CHOICES:
                domain &= Domain(CHOICES[field.what], "=", number)
        return domain

    def _read(self, registrations):
        """Return what these fields say of registrations: ``{registration id: [text, ...]}`` in the order of the fields.

        The number of queries does not depend on the number of registrations.
        """
        answers = {
            (answer.registration_id.id, answer.question_id.id): answer.value_answer_id.name or answer.value_text_box
            for answer in registrations.registration_answer_ids
        }
        table = {}
        for registration in registrations:
            row = []
            for field in self:
                if field.what == "question":
                    row.append(answers.get((registration.id, field.question_id.id)) or "")
                else:
                    row.append(registration.mapped(PATHS[field.what])[:1])
            table[registration.id] = [cell if isinstance(cell, str) else ((cell and cell[0]) or "") for cell in row]
        return table
