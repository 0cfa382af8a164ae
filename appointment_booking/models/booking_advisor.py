from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class BookingAdvisor(models.Model):
    """A user who takes the appointments of a type.

    The row also stands for the advisor's daily limit on this type: whoever books
    under a limit writes ``last_booking`` first, so that of two transactions that
    count at the same time PostgreSQL fails one (see ``booking.appointment``).
    """

    _name = "booking.advisor"
    _description = "Advisor of an Appointment Type"
    _inherit = ["booking.guarded"]
    _order = "type_id, sequence, id"
    _rec_name = "user_id"

    type_id = fields.Many2one("booking.type", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="type_id.company_id")
    user_id = fields.Many2one(
        "res.users",
        string="Advisor",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('share', '=', False)]",
    )
    sequence = fields.Integer(string="Priority", default=10)
    same_priority = fields.Boolean(
        string="Same as above",
        help="This advisor is as high as the one above: of the two, the one with fewer appointments is taken.",
    )
    active = fields.Boolean(default=True)
    last_booking = fields.Datetime(readonly=True, copy=False)

    _type_user_uniq = models.Constraint(
        "UNIQUE (type_id, user_id)", "This advisor is already on the list of this appointment type."
    )

    @api.constrains("user_id")
    def _check_within_teams(self):
        """A manager puts to work the members of the teams they manage, and themselves; an administrator anybody."""
        manager = self.env.user
        if manager.has_group("appointment_booking.group_booking_admin"):
            return
        for advisor in self:
            if advisor.user_id != manager and manager not in advisor.user_id.booking_team_ids.manager_ids:
                raise ValidationError(
                    _("%s is in no team that you manage. Ask an administrator to add them.", advisor.user_id.name)
                )

    def _ranks(self):
        """Return ``{user id: rank}`` of advisors of one type, 0 being the highest priority.

        The order of the list is the priority; an advisor marked *Same as above* shares the rank of the previous one.
        """
        ranks, rank = {}, -1
        for advisor in self.sorted(lambda advisor: (advisor.sequence, advisor.id)):
            if rank < 0 or not advisor.same_priority:
                rank += 1
            ranks[advisor.user_id.id] = rank
        return ranks

    def _claim(self):
        """Write the row that stands for a limit before the limit is counted.

        Of two transactions that count under the same limit at once, PostgreSQL then fails one, which starts again.
        """
        now = fields.Datetime.now()
        # In SQL, since the ORM leaves out an update that changes nothing: two bookings in the same second.
        self.env.cr.execute(SQL("UPDATE booking_advisor SET last_booking = %s WHERE id = ANY(%s)", now, self.ids))
        self.invalidate_recordset(["last_booking"])
