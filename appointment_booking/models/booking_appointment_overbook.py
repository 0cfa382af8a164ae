from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, format_datetime

from ..tools.own_transaction import own_cursor
from .booking_appointment import LIVE_STATES

OUTSIDE = "appointment_booking.group_booking_outside"
# What decides when an advisor is taken. ``busy_stop`` follows from the others, but can be written all the same.
TAKING = frozenset(
    ("state", "start", "stop", "gap", "busy_stop", "user_id", "type_id", "reason_id", "overbooked", "overbook_reason")
)
GUARDED = ("overbooked", "overbook_reason")
# Known to this process alone: no browser can send it, nor can an import or a default.
OVERRIDE = object()


class AdvisorTaken(ValidationError):
    """The advisor has been booked twice already at that time: PostgreSQL leaves such appointments to this module."""


class BookingAppointment(models.Model):
    """How staff book an advisor twice, on purpose and with a reason.

    The exclusion constraint leaves out the appointment that was put over others, which stay under it. So nobody
    books over the others; that nobody books over the exempt one is looked after here, also when two do it at once:

    * whoever takes time of an advisor locks the advisor's user for share, and looks for exempt appointments then;
    * whoever books twice updates that user. Who locks it afterwards, with an older look at the data, fails in
      PostgreSQL and starts again. Who had locked it before has finished, and is found by a fresh look.
    """

    _inherit = "booking.appointment"

    overbooked = fields.Boolean(
        string="Double booking",
        readonly=True,
        copy=False,
        help="The advisor had another appointment at that time, and it was booked all the same.",
    )
    overbook_reason = fields.Char(string="Reason of the double booking", readonly=True, copy=False)

    _overbooked_index = models.Index("(user_id) WHERE overbooked")
    # The index of the constraint leaves double bookings out; who looks for free slots asks for all.
    _taken_index = models.Index(
        "USING gist (user_id, tsrange(start, busy_stop)) WHERE state IN ('hold', 'planned', 'done')"
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._guard_overbooking(vals)
            # Said in full, so that no default comes in their place.
            vals.setdefault("overbooked", False)
            vals.setdefault("overbook_reason", False)
        appointments = super().create(vals_list)
        appointments.filtered(lambda appointment: not appointment.overbooked)._check_not_over()
        return appointments

    def write(self, vals):
        self._guard_overbooking(vals)
        if not TAKING & vals.keys():
            return super().write(vals)
        before = {appointment: appointment._get_taken() for appointment in self}
        result = super().write(vals)
        if not self._is_overriding():
            moved = self.filtered(lambda appointment: appointment._takes_more_than(before[appointment]))
            lost = self.filtered(lambda a: a.overbooked and (a in moved or a.state not in LIVE_STATES))
            if lost:
                # What was allowed was allowed at that hour. Elsewhere it is an appointment like any other.
                super(BookingAppointment, lost).write({"overbooked": False, "overbook_reason": False})
            moved._check_not_over()
        return result

    def _is_overriding(self):
        return self.env.context.get("booking_override") is OVERRIDE

    def _guard_overbooking(self, vals):
        """Refuse what only :meth:`_overbook` writes; all rights alone may empty it."""
        touched = [name for name in GUARDED if name in vals]
        if touched and not self._is_overriding() and not (self.env.su and not any(vals[name] for name in touched)):
            raise AccessError(self.env._("A double booking is made in “Book an appointment”, with a reason."))

    def _get_taken(self):
        """Return whose time an appointment takes from when to when, or nothing."""
        self.ensure_one()
        return (self.user_id.id, self.start, self.busy_stop) if self.state in LIVE_STATES else None

    def _takes_more_than(self, before):
        now = self._get_taken()
        if not now:
            return False
        return not before or now[0] != before[0] or now[1] < before[1] or now[2] > before[2]

    def _check_not_over(self):
        """Refuse appointments over one that is a double booking already.

        :raise AdvisorTaken: when an advisor has one at that time
        """
        taking = [(appointment.id, *taken) for appointment in self if (taken := appointment._get_taken())]
        if not taking:
            return
        self.flush_model(["overbooked", "state", "start", "busy_stop", "user_id"])
        ids, user_ids, starts, stops = (list(column) for column in zip(*taking, strict=True))
        rows = self.env.execute_query(
            SQL(
                """
                WITH advisor AS (SELECT id FROM res_users WHERE id = ANY(%(users)s) ORDER BY id FOR SHARE)
                SELECT 1
                  FROM UNNEST(%(ids)s::int[], %(users)s::int[], %(starts)s::timestamp[], %(stops)s::timestamp[])
                       AS mine (id, user_id, start, stop)
                  JOIN advisor ON advisor.id = mine.user_id
                  JOIN booking_appointment other
                    ON other.user_id = mine.user_id
                   AND other.overbooked
                   AND other.id != mine.id
                   AND other.state = ANY(%(states)s)
                   AND other.start < mine.stop
                   AND other.busy_stop > mine.start
                 LIMIT 1
                """,
                ids=ids,
                users=user_ids,
                starts=starts,
                stops=stops,
                states=list(LIVE_STATES),
            )
        )
        if rows:
            raise AdvisorTaken(self.env._("This advisor already has an appointment at that time."))

    # Double bookings

    @api.model
    def _create_overbooked(self, values, reason):
        """Create an appointment over others of the same advisor.

        :param values: as for ``create``, with ``user_id`` and ``start``
        :param reason: why, in words
        :raise AccessError: without the right to book outside availability
        :raise UserError: without a reason, or when somebody else has just booked the advisor
        """
        draft = self.new(values)
        others = self._claim_overbooking(values["user_id"], draft.start, draft.busy_stop, reason)
        appointment = self.with_context(booking_override=OVERRIDE).create({**values, **self._tell_override(reason)})
        return appointment.with_env(self.env)._note_overbooking(others, reason)

    def _give_overbooked(self, user, reason, **values):
        """Give the appointment to an advisor who has others at that time; as :meth:`_create_overbooked`."""
        self.ensure_one()
        others = self._claim_overbooking(user.id, self.start, self.busy_stop, reason)
        values = {**values, "user_id": user.id, **self._tell_override(reason)}
        self.with_context(booking_override=OVERRIDE).write(values)
        return self._note_overbooking(others, reason)

    @api.model
    def _tell_override(self, reason):
        return {"overbooked": True, "overbook_reason": " ".join(reason.split())}

    def _claim_overbooking(self, user_id, start, busy_stop, reason):
        """Make sure that what is put over others is put over those alone that are known now, and return them."""
        if not self.env.user.has_group(OUTSIDE):
            raise AccessError(self.env._("Only who may book outside availability can book an advisor twice."))
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the advisor is booked twice at that time."))
        others = self._find_taking([user_id], start, busy_stop, leaving_out=self)
        # Changes nothing but the version of the row: see the docstring of this class.
        self.env.cr.execute(SQL("UPDATE res_users SET active = active WHERE id = %s", user_id))
        with own_cursor(self.env.registry) as cr:
            fresh = self.with_env(self.env(cr=cr))
            unseen = fresh._find_taking([user_id], start, busy_stop, leaving_out=self | others)
            if unseen:
                raise UserError(self.env._("Somebody else has just booked this advisor at that time. Look again."))
        return others

    @api.model
    def _find_taking(self, user_ids, start, stop, leaving_out=None):
        """Return the appointments, with all rights, that take time of some advisors from ``start`` to ``stop``."""
        return self.sudo().search(
            [
                ("user_id", "in", user_ids),
                ("state", "in", LIVE_STATES),
                ("start", "<", stop),
                ("busy_stop", ">", start),
                ("id", "not in", leaving_out.ids if leaving_out else []),
                "|",
                ("state", "!=", "hold"),
                ("hold_until", ">", fields.Datetime.now()),
            ],
            order="start, id",
        )

    def _note_overbooking(self, others, reason):
        """Write into the chatter who booked over what, and why."""
        self.flush_recordset()
        tz = self.env.user.tz or self.user_id.tz
        known = ", ".join(
            f"{other.name if other.name != '/' else self.env._('Being booked')}, "
            f"{format_datetime(self.env, other.start, tz=tz, dt_format='short')}"
            for other in others
        )
        self.message_post(
            body=self.env._(
                "Double booking of %(advisor)s, who has: %(others)s. Reason: %(reason)s",
                advisor=self.user_id.name,
                others=known,
                reason=" ".join(reason.split()),
            ),
            subtype_xmlid="mail.mt_note",
        )
        return self
