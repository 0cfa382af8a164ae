from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..engine import local_days, share_open

# Days ahead that are kept, and days back that are worked out when an advisor is seen for the first time
AHEAD, BACK = 92, 92
USERS_AT_ONCE = 200
DAY = timedelta(days=1)


class BookingOccupancy(models.Model):
    """How many minutes an advisor could be booked on a day at an agency.

    What slots are offered from decides: the hours on the clock as the engine expands them, less time off, closing days
    and other entries of the calendar. Days that are over stay as they were, whatever becomes of the hours later.
    """

    _name = "booking.occupancy"
    _description = "Bookable Minutes of a Day"
    _order = "day desc, user_id, agency_id"
    _log_access = False

    user_id = fields.Many2one("res.users", string="Advisor", required=True, readonly=True, ondelete="cascade")
    agency_id = fields.Many2one(
        "booking.agency", readonly=True, ondelete="cascade", help="Empty: hours that are kept for every agency."
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    day = fields.Date(required=True, readonly=True, help="By the advisor's clock.")
    minutes = fields.Float(string="Bookable minutes", required=True, readonly=True, digits=(16, 0))

    _one_a_day = models.UniqueIndex("(user_id, day, (COALESCE(agency_id, 0)))")
    _day_index = models.Index("(day)")

    @api.model
    def _cron_fill(self):
        """Work out the days from yesterday on for everybody, some advisors at a time. It may be stopped anywhere."""
        known, new = self._get_users_to_fill()
        today = fields.Date.today()
        todo = [(user_ids, today - DAY) for user_ids in split_every(USERS_AT_ONCE, known)]
        todo += [(user_ids, today - timedelta(days=BACK)) for user_ids in split_every(USERS_AT_ONCE, new)]
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(todo))
        for user_ids, first in todo:
            self._fill(list(user_ids), first, today + timedelta(days=AHEAD))
            if cron._commit_progress(1) <= 0:
                break

    @api.model
    def _get_users_to_fill(self):
        """Return ``(ids of users of whom something is kept, ids of users who have hours since)``."""
        self.env["booking.availability"].flush_model(["user_id", "active"])
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT u.id, EXISTS (SELECT FROM booking_occupancy o WHERE o.user_id = u.id)
                  FROM res_users u
                 WHERE u.id IN (SELECT user_id FROM booking_availability WHERE active)
                    OR u.id IN (SELECT user_id FROM booking_occupancy WHERE day >= %s)
              ORDER BY u.id
                """,
                fields.Date.today() - DAY,
            )
        )
        return [user_id for user_id, kept in rows if kept], [user_id for user_id, kept in rows if not kept]

    @api.model
    def _fill(self, user_ids, first, last):
        """Work out and write the days of some users, in a number of queries that does not depend on theirs.

        :param first: the first day, included
        :param last: the last day, included
        """
        rows = self._get_bookable_minutes(user_ids, first, last)
        users, agencies, days, minutes = zip(*rows, strict=True) if rows else ((), (), (), ())
        fresh = SQL(
            """
            SELECT * FROM UNNEST(%s::int[], %s::int[], %s::date[], %s::float[]) row (user_id, agency_id, day, minutes)
            """,
            list(users),
            list(agencies),
            list(days),
            list(minutes),
        )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM booking_occupancy o
                 WHERE o.user_id = ANY(%s) AND o.day BETWEEN %s AND %s
                   AND NOT EXISTS (
                       SELECT FROM (%s) fresh
                        WHERE fresh.user_id = o.user_id AND fresh.day = o.day
                          AND fresh.agency_id IS NOT DISTINCT FROM o.agency_id
                   )
                """,
                list(user_ids),
                first,
                last,
                fresh,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO booking_occupancy AS o (user_id, agency_id, company_id, day, minutes)
                SELECT fresh.user_id, fresh.agency_id, COALESCE(g.company_id, u.company_id), fresh.day, fresh.minutes
                  FROM (%s) fresh
                  JOIN res_users u ON u.id = fresh.user_id
             LEFT JOIN booking_agency g ON g.id = fresh.agency_id
           ON CONFLICT (user_id, day, (COALESCE(agency_id, 0)))
             DO UPDATE SET minutes = EXCLUDED.minutes, company_id = EXCLUDED.company_id
                 WHERE (o.minutes, o.company_id) IS DISTINCT FROM (EXCLUDED.minutes, EXCLUDED.company_id)
                """,
                fresh,
            )
        )
        self.invalidate_model()

    @api.model
    def _get_bookable_minutes(self, user_ids, first, last):
        """Return ``[(user id, agency id or None, day, minutes)]``."""
        # A day more on both sides: the local days begin before or after those of UTC.
        schedule = self.env["booking.schedule"]._load(
            user_ids, datetime.combine(first - DAY, time()), datetime.combine(last + 2 * DAY, time())
        )
        self.env["booking.agency"].flush_model(["company_id"])
        return [
            (user_id, agency_id, day, minutes)
            for user_id, advisor in schedule.advisors.items()
            if advisor.hours
            for (day, agency_id), minutes in share_open(
                schedule.openings(user_id),
                schedule.busy_elsewhere(user_id),
                [day for day in local_days(schedule.zones[user_id], schedule.window) if first <= day.date <= last],
            ).items()
        ]


class BookingOccupancyReport(models.Model):
    """Booked minutes beside the bookable ones: their rate is the occupancy.

    An appointment counts where the hours are kept in which it lies: at its agency, or else at none where the advisor
    keeps hours for every agency on that day.
    """

    _name = "booking.occupancy.report"
    _description = "Occupancy"
    _auto = False
    _rec_name = "day"
    _order = "day desc, user_id, agency_id, id"
    _depends = {
        "booking.appointment": ["agency_id", "company_id", "start", "state", "stop", "user_id"],
        "booking.occupancy": ["agency_id", "company_id", "day", "minutes", "user_id"],
        "res.users": ["partner_id"],
        "res.partner": ["tz"],
    }

    user_id = fields.Many2one("res.users", string="Advisor", readonly=True)
    team_ids = fields.Many2many(related="user_id.booking_team_ids", string="Teams")
    agency_id = fields.Many2one("booking.agency", readonly=True, help="Empty: hours that are kept for every agency.")
    company_id = fields.Many2one("res.company", readonly=True)
    day = fields.Date(readonly=True, help="By the advisor's clock.")
    booked_minutes = fields.Float(string="Booked minutes", readonly=True, digits=(16, 0))
    bookable_minutes = fields.Float(string="Bookable minutes", readonly=True, digits=(16, 0))
    rate = fields.Float(
        string="Occupancy",
        readonly=True,
        aggregator="avg",
        help="Booked minutes of all bookable ones. What is booked outside the hours counts as well, so more than all "
        "of them may be booked.",
    )

    @property
    def _table_query(self):
        """Under the key ``booking_days`` of the context only what lies around a first and a last day is read."""
        days = self.env.context.get("booking_days")
        near = (
            SQL("AND a.start >= %s AND a.start < %s", days[0] - DAY, days[1] + 2 * DAY) if days else SQL()
        )  # a local date differs from the one in UTC by one day at most
        return SQL(
            """
            SELECT o.id * 2 AS id, o.user_id, o.agency_id, o.company_id, o.day,
                   0::float AS booked_minutes, o.minutes AS bookable_minutes, 0::float AS rate
              FROM booking_occupancy o
         UNION ALL
            SELECT b.id * 2 + 1, b.user_id,
                   -- worked out only for who asks for agencies
                   CASE WHEN EXISTS (SELECT FROM booking_occupancy o WHERE o.user_id = b.user_id AND o.day = b.day
                                        AND COALESCE(o.agency_id, 0) = 0)
                         AND NOT EXISTS (SELECT FROM booking_occupancy o WHERE o.user_id = b.user_id AND o.day = b.day
                                            AND COALESCE(o.agency_id, 0) = b.agency_id)
                        THEN NULL ELSE b.agency_id END,
                   b.company_id, b.day, b.minutes, 0, NULL
              FROM (SELECT a.id, a.user_id, a.agency_id, a.company_id,
                           (a.start AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(p.tz, 'UTC'))::date AS day,
                           EXTRACT(EPOCH FROM a.stop - a.start)::float / 60 AS minutes
                      FROM booking_appointment a
                      JOIN res_users u ON u.id = a.user_id
                      JOIN res_partner p ON p.id = u.partner_id
                     WHERE a.state IN ('planned', 'done') %s) b
            """,
            near,
        )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is that of its sums: days on which more could be booked weigh more."""
        if aggregate_spec == "rate:avg":
            return SQL(
                "SUM(%s) / NULLIF(SUM(%s), 0)",
                self._field_to_sql(self._table, "booked_minutes", query),
                self._field_to_sql(self._table, "bookable_minutes", query),
            )
        return super()._read_group_select(aggregate_spec, query)


class BookingAvailability(models.Model):
    """What changes hours changes what can be booked from then on."""

    _inherit = "booking.availability"

    @api.model_create_multi
    def create(self, vals_list):
        self._refresh_occupancy()
        return super().create(vals_list)

    def write(self, vals):
        self._refresh_occupancy()
        return super().write(vals)

    def unlink(self):
        self._refresh_occupancy()
        return super().unlink()

    @api.model
    def _refresh_occupancy(self):
        """Have the scheduled action run soon, once for all that this transaction changes."""
        precommit = self.env.cr.precommit
        if not precommit.data.get("booking_occupancy"):
            precommit.data["booking_occupancy"] = True
            precommit.add(self.env(su=True)["booking.availability"]._trigger_occupancy)

    @api.model
    def _trigger_occupancy(self):
        cron = self.env.ref("appointment_booking.ir_cron_occupancy", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()


class BookingAvailabilityHours(models.Model):
    _inherit = "booking.availability.hours"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["booking.availability"]._refresh_occupancy()
        return super().create(vals_list)

    def write(self, vals):
        self.env["booking.availability"]._refresh_occupancy()
        return super().write(vals)

    def unlink(self):
        self.env["booking.availability"]._refresh_occupancy()
        return super().unlink()
