from odoo import api, fields, models
from odoo.tools import SQL

# From how many days on (the lower bound of each) lead times are told apart
LEAD_TIMES = (0, 1, 3, 7, 14, 28)


class BookingReport(models.Model):
    """The statistics of appointments: one row for each that was booked, without a word about who booked it.

    So the figures stay as they are when personal data are removed. Hours and weekdays are those of the clock at the
    place of the appointment; periods, as everywhere in Odoo, those of the reader.
    """

    _name = "booking.report"
    _description = "Appointment Statistics"
    _auto = False
    _rec_name = "start"
    _order = "start desc, id desc"
    _depends = {
        "booking.appointment": [
            "agency_id",
            "attendance",
            "cancelled_by",
            "channel",
            "company_id",
            "create_date",
            "create_uid",
            "move_count",
            "rating_last_value",
            "reason_id",
            "start",
            "state",
            "stop",
            "type_id",
            "user_id",
        ],
        "booking.agency": ["tz"],
        "booking.type": ["tz"],
        "res.users": ["share"],
    }

    appointment_id = fields.Many2one("booking.appointment", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    type_id = fields.Many2one("booking.type", string="Appointment type", readonly=True)
    reason_id = fields.Many2one("booking.reason", readonly=True)
    agency_id = fields.Many2one("booking.agency", readonly=True)
    user_id = fields.Many2one("res.users", string="Advisor", readonly=True)
    team_ids = fields.Many2many(related="type_id.team_ids", string="Teams")
    state = fields.Selection([("planned", "Planned"), ("done", "Held"), ("cancelled", "Cancelled")], readonly=True)
    attendance = fields.Selection([("came", "Came"), ("excused", "Excused"), ("absent", "Absent")], readonly=True)
    cancelled_by = fields.Selection([("booker", "Booker"), ("staff", "Staff")], string="Cancelled by", readonly=True)
    channel = fields.Selection(
        selection=lambda self: self.env["booking.type"]._fields["channel"]._description_selection(self.env),
        readonly=True,
    )
    origin = fields.Selection(
        [("website", "Website"), ("staff", "Staff")], string="Booked by", readonly=True, help="Who entered it."
    )
    grade = fields.Selection(
        [("1", "1 of 5"), ("2", "2 of 5"), ("3", "3 of 5"), ("4", "4 of 5"), ("5", "5 of 5")],
        string="Satisfaction grade",
        readonly=True,
    )

    start = fields.Datetime(readonly=True)
    booked_on = fields.Datetime(string="Booked on", readonly=True, help="When the slot was taken.")
    hour = fields.Char(string="Hour of the day", readonly=True, help="By the clock at the place of the appointment.")
    weekday = fields.Selection(
        [
            ("1", "Monday"),
            ("2", "Tuesday"),
            ("3", "Wednesday"),
            ("4", "Thursday"),
            ("5", "Friday"),
            ("6", "Saturday"),
            ("7", "Sunday"),
        ],
        readonly=True,
        help="By the clock at the place of the appointment.",
    )
    lead_time = fields.Selection(
        string="Lead time",
        selection=[
            ("00", "Less than a day"),
            ("01", "1 to 3 days"),
            ("03", "3 to 7 days"),
            ("07", "1 to 2 weeks"),
            ("14", "2 to 4 weeks"),
            ("28", "4 weeks or more"),
        ],
        readonly=True,
        help="How long before its hour the appointment was booked.",
    )

    # Measures. A rate is empty where it makes no sense, so that an average leaves that out.
    duration = fields.Integer(string="Minutes", readonly=True)
    held = fields.Integer(readonly=True)
    cancelled = fields.Integer(readonly=True)
    absent = fields.Integer(readonly=True)
    move_count = fields.Integer(string="Moves", readonly=True)
    cancelled_rate = fields.Float(
        string="Cancelled rate",
        readonly=True,
        aggregator="avg",
        help="Cancelled appointments among all that were booked.",
    )
    absent_rate = fields.Float(
        string="Absent rate",
        readonly=True,
        aggregator="avg",
        help="Appointments to which the booker did not come without a word, among those that were held or missed.",
    )
    lead_days = fields.Float(
        string="Lead time (days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Days from the booking to the hour of the appointment.",
    )
    rating = fields.Float(
        string="Satisfaction",
        readonly=True,
        aggregator="avg",
        digits=(3, 1),
        help="The average of what bookers answered, from 1 to 5.",
    )

    @property
    def _table_query(self):
        clock = SQL("a.start AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(g.tz, t.tz, 'UTC')")
        lead = SQL("GREATEST(EXTRACT(EPOCH FROM a.start - a.create_date) / 86400, 0)")
        missed = SQL("a.state != 'cancelled' AND a.attendance = 'absent'")
        return SQL(
            """
            SELECT a.id, a.id AS appointment_id, a.company_id, a.type_id, a.reason_id, a.agency_id, a.user_id,
                   a.state, a.attendance, a.cancelled_by, a.channel, a.start, a.create_date AS booked_on,
                   CASE WHEN booker.share THEN 'website' ELSE 'staff' END AS origin,
                   CASE WHEN a.rating_last_value > 0 THEN ROUND(a.rating_last_value)::int::varchar END AS grade,
                   TO_CHAR(%(clock)s, 'HH24:00') AS hour,
                   EXTRACT(ISODOW FROM %(clock)s)::int::varchar AS weekday,
                   %(lead_time)s AS lead_time,
                   (EXTRACT(EPOCH FROM a.stop - a.start) / 60)::int AS duration,
                   (a.state = 'done')::int AS held,
                   (a.state = 'cancelled')::int AS cancelled,
                   COALESCE(%(missed)s, FALSE)::int AS absent,
                   COALESCE(a.move_count, 0) AS move_count,
                   (a.state = 'cancelled')::int::float AS cancelled_rate,
                   CASE WHEN a.state = 'done' OR (a.state != 'cancelled' AND a.attendance IS NOT NULL)
                        THEN COALESCE(%(missed)s, FALSE)::int::float END AS absent_rate,
                   %(lead)s::float AS lead_days,
                   NULLIF(a.rating_last_value, 0)::float AS rating
              FROM booking_appointment a
         LEFT JOIN booking_type t ON t.id = a.type_id
         LEFT JOIN booking_agency g ON g.id = a.agency_id
         LEFT JOIN res_users booker ON booker.id = a.create_uid
             WHERE a.state != 'hold'
            """,
            clock=clock,
            lead=lead,
            missed=missed,
            lead_time=SQL(
                "CASE %s END",
                SQL(" ").join(
                    SQL("WHEN %s >= %s THEN %s", lead, days, f"{days:02}") for days in sorted(LEAD_TIMES, reverse=True)
                ),
            ),
        )

    @api.readonly
    def action_open_appointment(self):
        """Open the appointment behind a row."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "booking.appointment",
            "res_id": self.id,
            "views": [(False, "form")],
        }


class BookingAppointment(models.Model):
    _inherit = "booking.appointment"

    # The period is what statistics and the list of all appointments ask for first.
    _start_index = models.Index("(start, id)")
