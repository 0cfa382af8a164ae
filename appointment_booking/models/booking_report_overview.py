from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, get_lang

PERIODS = ("week", "month", "last30", "custom")
FILTERS = ("type_id", "agency_id", "user_id")
LONGEST_DAYS = 3 * 366
TOP_REASONS = 8
# The columns by which the one scan groups, and the bits that PostgreSQL sets for those that it does not group by
BY_DAY, BY_REASON, BY_HOUR, ALL = 0b0111, 0b1001, 0b1110, 0b1111


class Period(NamedTuple):
    """Some days by the reader's clock, both included, and as many before that they are compared with."""

    first: date
    last: date
    before_first: date
    tz: str

    def to_utc(self, day):
        """Return when a day begins, as naive UTC."""
        local = pytz.timezone(self.tz).localize(datetime.combine(day, time()))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    @property
    def before_last(self):
        return self.first - timedelta(days=1)

    @property
    def start(self):
        return self.to_utc(self.first)

    @property
    def stop(self):
        return self.to_utc(self.last + timedelta(days=1))

    @property
    def unit(self):
        """What one bar of the chart stands for."""
        days = (self.last - self.first).days
        return "day" if days <= 62 else "week" if days <= 370 else "month"


class BookingReport(models.Model):
    """The main figures of a period on one page: one scan of the appointments, one of the occupancy."""

    _inherit = "booking.report"

    @api.model
    @api.readonly
    def get_overview(self, asked=None):
        """Return the main figures of the appointments that the current user may see.

        Periods and days are those of the reader's clock, hours those of the place. The number of queries depends
        neither on the period nor on what is found.

        :param asked: ``period`` (``week``, ``month``, ``last30``, or ``custom`` with ``first`` and ``last``, days as
            ``2026-03-02``), and ``type_id``, ``agency_id`` and ``user_id`` to look at those alone
        :return: ``period``, ``first``, ``last``, ``before_first``, ``before_last``, ``unit`` and ``tz``; ``figures``
            (``{name: {"value", "before"}}``, ``None`` where there is nothing to say); ``bars`` (day, booked,
            cancelled), ``reasons``, ``hours``; ``choices`` (what may be filtered by); ``domains`` of what is behind
        :raise UserError: when the question makes no sense
        :raise AccessError: when the current user has no role in Appointments
        """
        self.check_access("read")
        asked = asked if isinstance(asked, dict) else {}
        period = self._read_period(asked)
        filters = {name: asked[name] for name in FILTERS if isinstance(asked.get(name), int) and asked[name] > 0}
        groups = self._count_period(period, filters)
        occupancy = self._get_occupancy(period, filters)
        now, before = groups["all"].get(True, {}), groups["all"].get(False, {})
        figures = {
            name: {"value": now.get(name), "before": before.get(name)} for name in ("lead", "rating", "absent_rate")
        }
        for name in ("booked", "planned", "held", "cancelled", "absent", "moves"):
            figures[name] = {"value": now.get(name, 0), "before": before.get(name, 0)}
        figures["occupancy"] = {"value": occupancy.get(True), "before": occupancy.get(False)}
        return {
            "period": asked.get("period") if asked.get("period") in PERIODS else "month",
            "first": fields.Date.to_string(period.first),
            "last": fields.Date.to_string(period.last),
            "before_first": fields.Date.to_string(period.before_first),
            "before_last": fields.Date.to_string(period.before_last),
            "unit": period.unit,
            "tz": period.tz,
            "figures": figures,
            "bars": self._fill_bars(period, groups["day"]),
            "reasons": self._name_reasons(groups["reason"]),
            "hours": [{"hour": hour, "booked": booked} for hour, booked in sorted(groups["hour"].items())],
            "choices": self._get_overview_choices(),
            "domains": {
                "appointments": list(self._get_period_domain(period.start, period.stop, filters)),
                "occupancy": list(self._get_occupancy_domain(period.first, period.last, filters)),
            },
        }

    @api.model
    def _read_period(self, asked):
        """Return the :class:`Period` that is asked for: this month, unless something else is said."""
        tz = self.env.tz.zone
        today = fields.Date.context_today(self)
        kind = asked.get("period") or "month"
        if kind not in PERIODS:
            raise UserError(self.env._("There is no such period."))
        if kind == "week":
            first = today - timedelta(days=(today.isoweekday() - int(get_lang(self.env).week_start)) % 7)
            last = first + timedelta(days=6)
        elif kind == "month":
            first = today.replace(day=1)
            last = first + relativedelta(months=1, days=-1)
            return Period(first, last, first - relativedelta(months=1), tz)
        elif kind == "last30":
            first, last = today - timedelta(days=29), today
        else:
            first, last = self._read_day(asked.get("first")), self._read_day(asked.get("last"))
            if last < first:
                raise UserError(self.env._("The last day cannot be before the first."))
            if (last - first).days >= LONGEST_DAYS:
                raise UserError(self.env._("Choose at most three years."))
        return Period(first, last, first - (last - first) - timedelta(days=1), tz)

    @api.model
    def _read_day(self, value):
        try:
            day = fields.Date.to_date(value) if isinstance(value, str) else None
        except ValueError:
            day = None
        if not day or not 1980 <= day.year <= 2200:
            raise UserError(self.env._("Enter the first and the last day."))
        return day

    @api.model
    def _to_local(self, instant):
        """Return an instant (naive UTC) by the reader's clock."""
        return pytz.utc.localize(instant).astimezone(pytz.timezone(self.env.tz.zone))

    @api.model
    def _get_period_domain(self, start, stop, filters):
        """Return what is asked of appointments, and of the rows of this model, which call these things the same."""
        domain = Domain("start", ">=", fields.Datetime.to_string(start))
        domain &= Domain("start", "<", fields.Datetime.to_string(stop))
        return domain & Domain("state", "!=", "hold") & Domain.AND(Domain(n, "=", v) for n, v in filters.items())

    @api.model
    def _count_period(self, period, filters):
        """Count the appointments of a period and of the one before, by this and by that, in one scan.

        The scan counts by everything at once, which leaves few rows to add up by each alone.

        :return: ``all`` (``{is of the period: figures}``), ``day``, ``reason`` and ``hour`` (of the period alone)
        """
        domain = self._get_period_domain(period.to_utc(period.before_first), period.stop, filters)
        query = self._search(domain)
        column = {
            name: self._field_to_sql(self._table, name, query)
            for name in (
                "start",
                "state",
                "type_id",
                "reason_id",
                "hour",
                "absent",
                "absent_rate",
                "lead_days",
                "rating",
                "move_count",
            )
        }
        rows = self.env.execute_query(
            SQL(
                """
                WITH one AS (
                    SELECT is_now, bar, type_id, reason_id, hour, COUNT(*) AS booked,
                           COUNT(*) FILTER (WHERE state = 'planned') AS planned,
                           COUNT(*) FILTER (WHERE state = 'done') AS held,
                           COUNT(*) FILTER (WHERE state = 'cancelled') AS cancelled,
                           SUM(absent) AS absent, SUM(move_count) AS moves,
                           SUM(absent_rate) AS missed, COUNT(absent_rate) AS over,
                           SUM(lead_days) AS lead, SUM(rating) AS rating, COUNT(rating) AS rated
                      FROM (SELECT %(start)s >= %(first)s AS is_now,
                                   CASE WHEN %(start)s >= %(first)s THEN
                                       DATE_TRUNC(%(unit)s, %(start)s AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                                   END AS bar,
                                   %(type_id)s AS type_id, %(reason_id)s AS reason_id, %(hour)s AS hour,
                                   %(state)s AS state, %(absent)s AS absent, %(move_count)s AS move_count,
                                   %(absent_rate)s AS absent_rate, %(lead_days)s AS lead_days, %(rating)s AS rating
                              FROM %(source)s
                             WHERE %(where)s) row
                  GROUP BY is_now, bar, type_id, reason_id, hour
                )
                SELECT GROUPING(bar, type_id, reason_id, hour), is_now, bar, type_id, reason_id, hour,
                       SUM(booked)::int, SUM(planned)::int, SUM(held)::int, SUM(cancelled)::int, SUM(absent)::int,
                       SUM(moves)::int, SUM(missed) / NULLIF(SUM(over), 0)::float, SUM(lead) / SUM(booked)::float,
                       SUM(rating) / NULLIF(SUM(rated), 0)::float
                  FROM one
              GROUP BY GROUPING SETS ((is_now), (is_now, bar), (is_now, type_id, reason_id), (is_now, hour))
                """,
                **column,
                first=period.start,
                unit=period.unit,
                tz=period.tz,
                source=query.from_clause,
                where=query.where_clause or SQL("TRUE"),
            )
        )
        groups = {"all": {}, "day": {}, "reason": {}, "hour": {}}
        for grouping, is_now, bar, type_id, reason_id, hour, *counts in rows:
            booked, planned, held, cancelled, absent, moves, absent_rate, lead, rating = counts
            if grouping == ALL:
                groups["all"][is_now] = {
                    "booked": booked,
                    "planned": planned,
                    "held": held,
                    "cancelled": cancelled,
                    "absent": absent,
                    "moves": moves,
                    "absent_rate": absent_rate,
                    "lead": lead,
                    "rating": rating,
                }
            elif not is_now:
                continue
            elif grouping == BY_DAY:
                groups["day"][bar] = booked, cancelled
            elif grouping == BY_REASON:
                groups["reason"][type_id, reason_id] = booked
            else:
                groups["hour"][hour] = booked
        return groups

    @api.model
    def _get_occupancy_domain(self, first, last, filters):
        domain = Domain("day", ">=", fields.Date.to_string(first)) & Domain("day", "<=", fields.Date.to_string(last))
        for name in ("agency_id", "user_id"):
            if name in filters:
                domain &= Domain(name, "=", filters[name])
        if "type_id" in filters:
            # Hours serve all types: with one type, what counts are the advisors who take it.
            advisors = self.env["booking.advisor"].search([("type_id", "=", filters["type_id"])])
            domain &= Domain("user_id", "in", advisors.user_id.ids)
        return domain

    @api.model
    def _get_occupancy(self, period, filters):
        """Return ``{is of the period: booked minutes of the bookable ones}``."""
        report = self.env["booking.occupancy.report"].with_context(booking_days=(period.before_first, period.last))
        query = report._search(self._get_occupancy_domain(period.before_first, period.last, filters))
        rows = self.env.execute_query(
            SQL(
                "SELECT %(day)s >= %(first)s, %(rate)s FROM %(source)s WHERE %(where)s GROUP BY 1",
                day=report._field_to_sql(report._table, "day", query),
                first=period.first,
                rate=report._read_group_select("rate:avg", query),
                source=query.from_clause,
                where=query.where_clause or SQL("TRUE"),
            )
        )
        return dict(rows)

    @api.model
    def _fill_bars(self, period, counted):
        """Return a bar for each day, week or month of the period, also where nothing is."""
        step = relativedelta(**{f"{period.unit}s": 1})
        bar = period.first
        if period.unit == "week":
            bar -= timedelta(days=bar.weekday())
        elif period.unit == "month":
            bar = bar.replace(day=1)
        bars = []
        while bar <= period.last:
            booked, cancelled = counted.get(bar, (0, 0))
            bars.append({"day": fields.Date.to_string(bar), "booked": booked - cancelled, "cancelled": cancelled})
            bar += step
        return bars

    @api.model
    def _name_reasons(self, counted):
        """Return the reasons that bookers come for most; a type without reasons stands for itself."""
        most = sorted(counted.items(), key=lambda item: (-item[1], item[0][0] or 0, item[0][1] or 0))[:TOP_REASONS]
        # Who may see an appointment may read the names of what it is about.
        types = self.env["booking.type"].sudo().browse({key[0] for key, _booked in most if key[0]})
        reasons = self.env["booking.reason"].sudo().browse({key[1] for key, _booked in most if key[1]})
        type_names = {record.id: record.display_name for record in types}
        reason_names = {record.id: record.display_name for record in reasons}
        return [
            {
                "type_id": type_id or False,
                "reason_id": reason_id or False,
                "name": reason_names.get(reason_id) or type_names.get(type_id) or self.env._("Without a type"),
                "of": type_names.get(type_id, "") if reason_id else "",
                "booked": booked,
            }
            for (type_id, reason_id), booked in most
        ]

    @api.model
    def _get_overview_choices(self):
        """Return by what the figures may be filtered: what the current user may see."""
        types = self.env["booking.type"].search_fetch([], ["name"])
        agencies = self.env["booking.agency"].search_fetch([], ["name"])
        users = self.env["res.users"]
        if self.env.user.has_group("appointment_booking.group_booking_manager"):
            users = self.env["booking.advisor"].search([]).user_id.sudo().sorted("name")
        return {
            "type_id": [{"id": record.id, "name": record.name} for record in types],
            "agency_id": [{"id": record.id, "name": record.name} for record in agencies],
            "user_id": [{"id": record.id, "name": record.name} for record in users],
        }
