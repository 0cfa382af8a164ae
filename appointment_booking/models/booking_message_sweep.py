from datetime import timedelta
from itertools import product

from odoo import api, fields, models
from odoo.tools import SQL

from .booking_guest import TOLD_STATES

CLAIMED_AT_ONCE = 2000
# A reminder that comes this much after its hour no longer says what it was meant to say; nor does a follow-up.
LATEST = {"before": timedelta(hours=12), "after": timedelta(hours=24), "held": timedelta(days=2)}
CLOCKS = {"before": "start", "after": "stop", "held": "held_at"}
# How far back the sweep looks for what was missed, to send it or to say that it came too late.
LOOK_BACK = timedelta(days=3)


class BookingMessage(models.Model):
    """Finding what is due.

    Nothing here is remembered between runs. Each run asks the database which appointments have reached the hour of
    which notification and have no row for it yet.
    """

    _inherit = "booking.message"
    _cron = "appointment_booking.ir_cron_send_messages"
    _first = SQL("m.rank, m.id")

    @api.model
    def _get_steps(self):
        return [self.env["booking.appointment"]._collect_surveys, *super()._get_steps()]

    @api.model
    def _claim_due(self):
        """Write down some of what is due by the clock; return how many."""
        self.env.cr.execute(self._get_due_query(fields.Datetime.now(), CLAIMED_AT_ONCE))
        found = self.env.cr.fetchall()
        notifications = self.env["booking.notification"].browse(dict.fromkeys(row[0] for row in found))
        appointments = self.env["booking.appointment"].browse(dict.fromkeys(row[1] for row in found))
        by_id = {record.id: record for record in notifications}, {record.id: record for record in appointments}
        return self._claim([(by_id[0][n], by_id[1][a], due) for n, a, due in found])

    @api.model
    def _get_due_query(self, now, limit):
        """Return the query of ``(notification, appointment, due)`` that has come due and is not written down.

        For each notification PostgreSQL reads a range of the index on the type and the start (before), the end (after)
        or when it was marked as held; nothing is read of appointments that are not about due. An hour that had passed
        when the appointment was planned for its time, or before the notification was as it is now, is not due.
        """
        for model in ("booking.appointment", "booking.notification", "booking.message", "booking.guest"):
            self.env[model].flush_model()
        branches = []
        for event, column in CLOCKS.items():
            clock = SQL.identifier("a", column)
            due = SQL("%s + n.offset * interval '1 minute'", clock)
            latest = SQL("%s - n.offset * interval '1 minute'", now)
            conditions = [
                SQL("%s <= %s", clock, latest),
                SQL("%s > %s - interval %s", clock, latest, f"{int(LOOK_BACK.total_seconds())} seconds"),
                SQL("%s > GREATEST(a.planned_since, n.since)", due),
            ]
            if event == "before":
                conditions += [SQL("a.state = 'planned'"), SQL("a.start > %s", now)]
            elif event == "after":
                conditions += [
                    SQL("a.state IN ('planned', 'done')"),
                    SQL("COALESCE(a.attendance, 'came') = 'came'"),
                ]
            else:
                conditions += self.env["booking.appointment"]._get_conditions_to_ask(due, now - LOOK_BACK)
            same_types = [SQL("a.type_id = n.type_id")]
            if event != "held":
                same_types.append(SQL("n.type_id IS NULL AND a.type_id IS NULL"))
            for same_type, reaches in product(same_types, (SQL("n.recipient != 'guest'"), self._reaches_guests(due))):
                branches.append(
                    SQL(
                        """
                        SELECT n.id AS notification_id, a.id AS appointment_id, %(due)s AS due
                          FROM booking_notification n
                          JOIN booking_appointment a ON %(same_type)s AND %(conditions)s
                         WHERE n.active AND n.event = %(event)s AND %(reaches)s
                        """,
                        reaches=reaches,
                        due=due,
                        same_type=same_type,
                        conditions=SQL(" AND ").join(conditions),
                        event=event,
                    )
                )
        return SQL(
            """
            SELECT found.*
              FROM (%s) found
             WHERE NOT EXISTS (
                SELECT FROM booking_message m
                 WHERE m.appointment_id = found.appointment_id
                   AND m.notification_id = found.notification_id
                   AND m.due = found.due
             )
             LIMIT %s
            """,
            SQL(" UNION ALL ").join(branches),
            limit,
        )

    @api.model
    def _reaches_guests(self, due):
        """Return what finds a message to guests only where somebody was invited before it was due.

        Where nobody is, nothing is written down: it would be looked for again and again. This is a branch of its own
        so that PostgreSQL reads the others by their index as if there were no guests.
        """
        return SQL(
            """
            n.recipient = 'guest' AND EXISTS (
                SELECT FROM booking_guest g
                 WHERE g.appointment_id = a.id AND g.state IN %s AND g.email IS NOT NULL AND g.invited_on < %s
            )
            """,
            TOLD_STATES,
            due,
        )

    @api.model
    def _is_too_late(self, event, due):
        return due < fields.Datetime.now() - LATEST[event]
