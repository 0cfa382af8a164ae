import sys

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
    joined_after = fields.Integer(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self._get_last_appointment(),
        help="The number of the last appointment that was there when the advisor joined, or came back. What the others "
        "had by then is where they start from.",
    )
    rank = fields.Integer(compute="_compute_rank", help="Whoever has the lowest number is asked first.")
    load = fields.Integer(
        string="Has",
        compute="_compute_load",
        help="Appointments of this type in the current period, counted as set above. Who joined later starts with as "
        "many as the others had then.",
    )

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

    @api.model
    def _get_last_appointment(self):
        """Return the highest id of all appointments: those with a higher one will have been booked later."""
        [(last,)] = self.env.execute_query(SQL("SELECT COALESCE(MAX(id), 0) FROM booking_appointment"))
        return last

    def write(self, vals):
        """Who comes back, or takes the place of somebody else, starts at the level of the others like any newcomer."""
        newcomers = self.browse()
        if vals.get("active"):
            newcomers |= self.filtered(lambda advisor: not advisor.active)
        if "user_id" in vals:
            newcomers |= self.filtered(lambda advisor: advisor.user_id.id != vals["user_id"])
        result = super().write(vals)
        if newcomers:
            super(BookingAdvisor, newcomers).write({"joined_after": self._get_last_appointment()})
        return result

    def _ranks(self):
        """Return ``{user id: rank}`` of advisors of one type, 0 being the highest priority."""
        return {advisor.user_id.id: rank for advisor, rank in self._get_ranked()}

    def _get_ranked(self):
        """Return ``[(advisor, rank)]`` of one type.

        The order of the list is the priority; an advisor marked *Same as above* shares the rank of the previous one.
        """
        ranked, rank = [], -1
        for advisor in self.sorted(lambda advisor: (advisor.sequence, advisor._origin.id or sys.maxsize)):
            if rank < 0 or not advisor.same_priority:
                rank += 1
            ranked.append((advisor, rank))
        return ranked

    @api.depends(
        "sequence", "same_priority", "active", "type_id.advisor_ids.sequence", "type_id.advisor_ids.same_priority"
    )
    def _compute_rank(self):
        self.rank = 0
        for booking_type in self.type_id:
            for advisor, rank in booking_type.advisor_ids.filtered("active")._get_ranked():
                advisor.rank = rank + 1

    @api.depends("user_id", "type_id.load_period", "type_id.load_no_shows")
    def _compute_load(self):
        now = fields.Datetime.now()
        types = self.type_id._origin
        loads = types._get_loads(now, now) if types else {}
        for advisor in self:
            booking_type = advisor.type_id._origin
            period = booking_type and booking_type._get_period(now)
            advisor.load = loads.get(booking_type.id, {}).get(period, {}).get(advisor.user_id.id, 0)

    def _claim(self):
        """Write the row that stands for a limit before the limit is counted.

        Of two transactions that count under the same limit at once, PostgreSQL then fails one, which starts again.
        """
        now = fields.Datetime.now()
        # In SQL, since the ORM leaves out an update that changes nothing: two bookings in the same second.
        self.env.cr.execute(SQL("UPDATE booking_advisor SET last_booking = %s WHERE id = ANY(%s)", now, self.ids))
        self.invalidate_recordset(["last_booking"])
