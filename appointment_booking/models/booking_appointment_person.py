from psycopg2 import errors

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql

LOCK_SPACE = "booking_appointment_person"


class AlreadyBooked(Exception):
    """The same person has an appointment of this type at an overlapping time."""


class BookingAppointment(models.Model):
    """A person does not book twice by mistake: once at a time, whichever advisor would take the second one.

    Who is the same person is told by their account or contact, their e-mail or their phone. PostgreSQL refuses the
    second one, also when both are sent at the same moment: a search before the insert would miss what another
    transaction is about to write.
    """

    _inherit = "booking.appointment"

    one_at_a_time = fields.Boolean(
        readonly=True,
        copy=False,
        help="Booked online under the rule that the same person has one appointment of a type at a time.",
    )

    browser_key = fields.Char(
        copy=False, readonly=True, groups="base.group_system", help="Tells the browser that booked from others."
    )

    _one_at_a_time_partner = models.Constraint(
        "EXCLUDE USING gist (type_id WITH =, partner_id WITH =, tsrange(start, stop) WITH &&)"
        " WHERE (state = 'planned' AND one_at_a_time)",
        "This contact has booked another appointment of this type at that time.",
    )
    _one_at_a_time_email = models.Constraint(
        "EXCLUDE USING gist (type_id WITH =, booker_email WITH =, tsrange(start, stop) WITH &&)"
        " WHERE (state = 'planned' AND one_at_a_time)",
        "Under this e-mail another appointment of this type is booked at that time.",
    )
    _one_at_a_time_phone = models.Constraint(
        "EXCLUDE USING gist (type_id WITH =, booker_phone WITH =, tsrange(start, stop) WITH &&)"
        " WHERE (state = 'planned' AND one_at_a_time)",
        "Under this phone number another appointment of this type is booked at that time.",
    )

    def _confirm(self, booker, answers):
        """Confirm a hold, unless the same person has an appointment at that time.

        :raise AlreadyBooked: when they have; :meth:`_find_of_same_person` finds it
        """
        self.ensure_one()
        visitor_key = self.visitor_key
        alone = self._is_held() and self.type_id.one_at_a_time
        if alone:
            self._queue_same_person(booker)
            if self._find_of_same_person(booker):
                raise AlreadyBooked
        try:
            with self.env.cr.savepoint():
                self.one_at_a_time = alone
                result = super()._confirm(booker, answers)
                self.browser_key = visitor_key
                self.flush_recordset()
                return result
        except errors.ExclusionViolation as error:
            if "one_at_a_time" in (error.diag.constraint_name or ""):
                raise AlreadyBooked from error
            raise

    def _find_of_same_person(self, booker):
        """Return the planned appointment of the same person, of the same type, that overlaps this one, or nothing.

        :param booker: what was typed, by role: ``email``, ``phone`` (E.164)
        """
        self.ensure_one()
        email, phone = booker.get("email"), booker.get("phone")
        same = []
        if email:
            same += [("booker_email", "=ilike", escape_psql(email)), ("partner_id.email_normalized", "=", email)]
        if phone:
            same += [("booker_phone", "=", phone), ("partner_id.phone_sanitized", "=", phone)]
        if not self.env.user._is_public():
            same.append(("partner_id", "=", self.env.user.partner_id.id))
        if not same:
            return self.browse()
        return self.search(
            Domain("type_id", "=", self.type_id.id)
            & Domain("state", "=", "planned")
            & Domain("id", "!=", self.id)
            & Domain("start", "<", self.stop)
            & Domain("stop", ">", self.start)
            & Domain.OR(Domain(*leaf) for leaf in same),
            order="start",
            limit=1,
        )

    def _queue_same_person(self, booker):
        """Let the forms of one person pass one by one.

        This guarantees nothing, as the constraints do: it keeps two that meet inside them from waiting for each other
        until PostgreSQL breaks the deadlock.
        """
        keys = {booker.get("email"), booker.get("phone")}
        if not self.env.user._is_public():
            keys.add(f"partner {self.env.user.partner_id.id}")
        for key in sorted(filter(None, keys)):
            self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", LOCK_SPACE, key))

    def _is_of(self, visitor_key):
        """Tell whether the current user, or the browser with this key, has booked this appointment.

        Only to them its page may be shown: anybody can type somebody's e-mail.
        """
        self.ensure_one()
        user = self.env.user
        by_account = not user._is_public() and self.partner_id == user.partner_id
        return by_account or bool(visitor_key and self.browser_key == visitor_key)
