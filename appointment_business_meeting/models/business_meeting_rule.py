import ast
import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# The records that a condition may look at, beside the partner or participant themselves
WITHIN_REACH = frozenset(
    (
        "event.event.ticket",
        "event.question",
        "event.question.answer",
        "event.registration",
        "event.registration.answer",
        "event.slot",
        "event.sponsor",
        "event.sponsor.type",
        "event.tag",
        "res.country",
        "res.country.group",
        "res.country.state",
        "res.lang",
        "res.partner",
        "res.partner.category",
        "res.partner.industry",
        "utm.campaign",
        "utm.medium",
        "utm.source",
    )
)
SAFE_KINDS = frozenset(
    (
        "boolean",
        "char",
        "date",
        "datetime",
        "float",
        "integer",
        "many2many",
        "many2one",
        "monetary",
        "one2many",
        "selection",
        "text",
    )
)
OPERATORS = frozenset(
    (
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "not in",
        "like",
        "not like",
        "ilike",
        "not ilike",
        "=like",
        "=ilike",
        "not =like",
        "not =ilike",
        "child_of",
        "parent_of",
    )
)
WITHIN = frozenset(("any", "not any"))
# Words of which secrets are made: no condition may try them out letter by letter.
SECRET = ("token", "password", "secret", "barcode", "signup", "api_key")
# Whoever writes rules is in these groups: what is kept for them, they may ask for.
OPEN_TO = frozenset(
    ("base.group_user", "event.group_event_registration_desk", "event.group_event_user", "event.group_event_manager")
)
MAX_HOPS = 4


class BadDomain(ValueError):
    """A condition that a matching rule may not have; the text says which and why."""


class BusinessMeetingRule(models.Model):
    """Which partners may meet which participants. A partner meets the participants of all rules that it fulfils.

    All rules of an event become one domain for each partner (``event.sponsor._get_meeting_participant_domain``), and
    the mirror of it for each participant (``event.registration._get_meeting_sponsor_domain``): list, search, count,
    request and address ask the same one. Without a rule, nobody meets anybody.
    """

    _name = "business.meeting.rule"
    _inherit = ["booking.guarded"]
    _description = "Matching Rule"
    _order = "sequence, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    event_id = fields.Many2one("event.event", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="event_id.company_id")
    event_participant_domain = fields.Char(related="event_id.meeting_participant_domain")
    sponsor_domain = fields.Char(
        string="Partners", default="[]", required=True, help="Who this rule is for. Without a condition: all partners."
    )
    participant_domain = fields.Char(
        string="Participants",
        default="[]",
        required=True,
        help="Whom they see and may ask for a meeting. Without a condition: all who are registered.",
    )

    @api.constrains("sponsor_domain", "participant_domain")
    def _check_domains(self):
        for rule in self:
            for name, model in (("sponsor_domain", "event.sponsor"), ("participant_domain", "event.registration")):
                rule._check_domain(rule[name], model, rule.name)

    @api.model
    def _check_domain(self, text, model, name):
        """:raise ValidationError: when a domain is not one that :meth:`_parse` accepts"""
        try:
            self._parse(text, model)
        except BadDomain as error:
            raise ValidationError(self.env._("“%(name)s”: %(problem)s", name=name, problem=error)) from error

    # What a condition may be

    @api.model
    def _parse(self, text, model):
        """Return the :class:`Domain` that a text stands for. Nothing in it is executed.

        :param text: a list of conditions, with plain values only
        :param model: name of the model that it is about
        :raise BadDomain: when it is no list of conditions, or looks at what is nobody's business
        """
        try:
            conditions = ast.literal_eval((text or "[]").strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
            raise BadDomain(self.env._("conditions have plain values only, no formulas.")) from error
        return self._check_conditions(conditions, model, MAX_HOPS)

    @api.model
    def _check_conditions(self, conditions, model, hops):
        if not isinstance(conditions, list | tuple):
            raise BadDomain(self.env._("these are no conditions."))
        for condition in conditions:
            if isinstance(condition, str) and condition in ("&", "|", "!"):
                continue
            if not isinstance(condition, list | tuple) or len(condition) != 3:
                raise BadDomain(self.env._("these are no conditions."))
            if condition[0] in (0, 1) and condition[1] == "=" and condition[2] in (0, 1):
                continue  # what the editor of domains writes for all or nobody
            self._check_condition(*condition, model, hops)
        try:
            domain = Domain(list(conditions))
            domain.validate(self.env[model].sudo())
        except Exception as error:
            raise BadDomain(self.env._("these conditions do not work: %s", error)) from error
        return domain

    @api.model
    def _check_condition(self, path, operator, value, model, hops):
        last = self._check_path(path, model, hops)
        if operator in WITHIN:
            if not last.comodel_name or last.comodel_name not in WITHIN_REACH:
                raise BadDomain(self.env._("“%s” cannot be looked into.", path))
            self._check_conditions(value, last.comodel_name, hops - 1)
        elif operator not in OPERATORS:
            raise BadDomain(self.env._("“%s” is no comparison.", operator))

    @api.model
    def _check_path(self, path, model, hops):
        """Return the last field of a path as ``partner_id.country_id.code``.

        :raise BadDomain: when a field is unknown, secret, or beyond what a rule may look at
        """
        names = path.split(".") if isinstance(path, str) else [""]
        if len(names) > hops:
            raise BadDomain(self.env._("“%s” looks too far away.", path))
        field = None
        for name in names:
            if field is not None:
                model = field.comodel_name
                if model not in WITHIN_REACH:
                    raise BadDomain(self.env._("“%s” cannot be looked into.", path))
            field = self.env[model]._fields.get(name)
            if not field:
                raise BadDomain(self.env._("there is no field “%s”.", path))
            if name == "id":
                continue
            is_secret = any(word in name for word in SECRET) or self._is_kept_away(field)
            if field.type not in SAFE_KINDS or is_secret or not field._description_searchable:
                raise BadDomain(self.env._("“%s” cannot be used in a rule.", path))
        return field

    @api.model
    def _is_kept_away(self, field):
        """Tell whether a field is for some groups only, beyond those who organise events."""
        return bool(field.groups) and not OPEN_TO & {name.strip() for name in field.groups.split(",")}

    # One domain for each side

    def _get_domain(self, side):
        """Return what a rule says about one side, with all rights; nobody, where it says nothing that is allowed.

        A field of a rule can vanish with the addon that brought it: such a rule lets nobody meet.
        """
        self.ensure_one()
        name, model = {
            "partner": ("sponsor_domain", "event.sponsor"),
            "participant": ("participant_domain", "event.registration"),
        }[side]
        try:
            return self._parse(self[name], model)
        except BadDomain as error:
            _logger.warning("Matching rule %s is left out: %s", self.id, error)
            return Domain.FALSE

    def _for(self, record, side):
        """Return the rules whose conditions for a side a record fulfils: one query for all of them.

        :param record: one ``event.sponsor`` (side ``partner``) or ``event.registration`` (``participant``)
        """
        if not self:
            return self
        records = record.sudo().with_context(active_test=False)
        asked = []
        for rule in self:
            query = records._search(rule._get_domain(side) & Domain("id", "=", record.id))
            asked.append(SQL("SELECT %s AS id WHERE EXISTS (%s)", rule.id, query.select()))
        found = {rule_id for (rule_id,) in self.env.execute_query(SQL(" UNION ALL ").join(asked))}
        return self.filtered(lambda rule: rule.id in found)

    def _union(self, side):
        """Return one domain: the conditions for a side of any of these rules; nobody without a rule."""
        return Domain.OR(rule._get_domain(side) for rule in self)

    def action_preview(self):
        """Open the window that tells what a partner sees."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try the rules"),
            "res_model": "business.meeting.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_event_id": self.event_id[:1].id},
        }
