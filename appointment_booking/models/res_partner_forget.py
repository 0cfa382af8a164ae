from odoo import api, fields, models
from odoo.tools import SQL

from .booking_forgetter import QUIETLY, WORDS

# What a contact has of itself, as its own chatter, is no use by something else: column, and what tells it.
OWN = {
    ("res_partner", "commercial_partner_id"): "used.id = used.commercial_partner_id",
    ("mail_followers", "partner_id"): "used.res_model = 'res.partner' AND used.res_id = used.partner_id",
    ("mail_message", "author_id"): "used.model = 'res.partner' AND used.res_id = used.author_id",
    ("mail_notification", "res_partner_id"): "EXISTS (SELECT FROM mail_message own WHERE own.id = used.mail_message_id"
    " AND own.model = 'res.partner' AND own.res_id = used.res_partner_id)",
}


class ResPartner(models.Model):
    """Contacts that are there because somebody booked, and go when the last of their appointments is forgotten."""

    _inherit = "res.partner"

    from_booking = fields.Boolean(
        string="Created by a booking",
        readonly=True,
        copy=False,
        help="It is removed with the personal data of its last appointment, if nothing else uses it by then.",
    )
    booking_no_survey = fields.Boolean(
        string="No questions after appointments", help="This person is not asked how an appointment was."
    )

    def _forget_unused(self, also_found=False):
        """Remove the personal data of contacts that nothing uses any more; the contacts stay, archived and nameless.

        :param also_found: also those that were not created by a booking
        :return: the contacts that were emptied
        """
        contacts = self.sudo().with_context(**QUIETLY).exists()
        contacts = contacts.filtered(lambda partner: (also_found or partner.from_booking) and not partner.parent_id)
        unused = contacts - contacts._find_used()
        if unused:
            self.env["booking.forgetter"]._forget_threads(unused, unused)
            unused.write(unused._get_empty_values())
        return unused

    @api.model
    def _get_empty_values(self):
        """Return the values of a contact that is nobody: all that can be typed into one is empty."""
        empty = {
            name: False
            for name, field in self._fields.items()
            if field.store
            and not field.required
            and not (field.compute and field.readonly)
            and (field.type in WORDS or field.type == "date" or name in ("country_id", "state_id", "industry_id"))
        }
        return {**empty, "name": self.env._("Anonymous"), "active": False}

    def _find_used(self):
        """Return those contacts that a record refers to: one query for each column that can, whatever addon has it."""
        self.env.flush_all()
        used = set()
        for query in self._get_reference_queries():
            left = [partner_id for partner_id in self.ids if partner_id not in used]
            if not left:
                break
            self.env.cr.execute(query(left))
            used.update(partner_id for (partner_id,) in self.env.cr.fetchall())
        return self.filtered(lambda partner: partner.id in used)

    @api.model
    def _get_reference_queries(self):
        """Return functions from ids of contacts to the query of those that one column refers to.

        What refers to contacts by a foreign key, PostgreSQL knows. Odoo has three ways without one: fields of another
        value in each company, fields that may refer to any model, and activities.
        """
        self.env.cr.execute(
            """
            SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.contype = 'f' AND c.confrelid = 'res_partner'::regclass
            """
        )
        passing, own = self._get_passing_tables(), self._get_own_references()
        queries = [
            self._refers_by_key(table, column, own.get((table, column)))
            for quoted, column in self.env.cr.fetchall()
            if (table := quoted.strip('"')) not in passing
        ]
        for model in self.env.registry.values():
            if model._abstract or model._transient or not model._auto:
                continue
            for field in model._fields.values():
                if not field.store or not field.column_type:
                    continue
                if field.type == "many2one" and field.company_dependent and field.comodel_name == self._name:
                    queries.append(self._refers_by_company(model._table, field.name))
                elif field.type == "reference":
                    queries.append(self._refers_by_name(model._table, field.name))
        queries.append(
            lambda ids: SQL(
                "SELECT DISTINCT a.res_id FROM mail_activity a"
                " WHERE a.res_model = 'res.partner' AND a.res_id = ANY(%s) AND a.active",
                ids,
            )
        )
        return queries

    @api.model
    def _get_own_references(self):
        """Return ``{(table, column): condition on its rows, named used}`` of what a contact has of itself."""
        return OWN

    @api.model
    def _get_passing_tables(self):
        """Return the tables of windows that are filled in: what they refer to is no use, they are gone in a day."""
        models_ = [model for model in self.env.registry.values() if model._transient and not model._abstract]
        relations = {
            field.relation for model in models_ for field in model._fields.values() if field.type == "many2many"
        }
        return {model._table for model in models_} | relations

    @staticmethod
    def _refers_by_key(table, column, own):
        name, column = SQL.identifier(table), SQL.identifier("used", column)
        others = SQL("AND NOT (%s)", SQL(own)) if own else SQL()
        return lambda ids: SQL(
            "SELECT DISTINCT %s FROM %s used WHERE %s = ANY(%s) %s", column, name, column, ids, others
        )

    @staticmethod
    def _refers_by_company(table, column):
        name, column = SQL.identifier(table), SQL.identifier(column)
        return lambda ids: SQL(
            "SELECT DISTINCT each.value::int FROM %s, jsonb_each_text(%s) each WHERE each.value = ANY(%s)",
            name,
            column,
            [str(partner_id) for partner_id in ids],
        )

    @staticmethod
    def _refers_by_name(table, column):
        name, column = SQL.identifier(table), SQL.identifier(column)
        return lambda ids: SQL(
            "SELECT DISTINCT split_part(%s, ',', 2)::int FROM %s WHERE %s = ANY(%s)",
            column,
            name,
            column,
            [f"res.partner,{partner_id}" for partner_id in ids],
        )
