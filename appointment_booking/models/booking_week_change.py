from datetime import timedelta

import pytz

from odoo import _, api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine import subtract
from .booking_availability import WEEKDAYS

DAY = 1440
# What makes an availability, apart from its hours: what is copied when it is split, and restored when that is undone.
KEPT = ("kind", "date_from", "date_to", "tz", "note", "active", *WEEKDAYS)


class BookingAvailability(models.Model):
    """What is done to the week picture with a mouse, and how it is undone.

    Every change is made with the rights of who makes it, so that the record rules have the last word, and returns what
    :meth:`undo_in_week` needs to take it back: ``created`` records, ``former`` values and ``removed`` records.
    """

    _inherit = "booking.availability"

    @api.model
    def open_in_week(self, user_id, day, minute_from, minute_to, tz, weekly, agency_id=False):
        """Open hours on a day, or every week on its weekday.

        :param day: the date
        :param minute_from: on the clock of ``tz``, as is ``minute_to``
        """
        user = self._check_editable([user_id])
        day, hours = self._week_day(day), self._week_hours(minute_from, minute_to)
        days = {name: index == day.weekday() for index, name in enumerate(WEEKDAYS)} if weekly else {}
        dates = {} if weekly else {"date_from": day, "date_to": day}
        agency = self.env["booking.agency"].search([("id", "=", agency_id if isinstance(agency_id, int) else False)])
        values = {
            "user_id": user.id,
            "kind": "recurring" if weekly else "one_off",
            "agency_id": agency.id,
            "tz": self._week_zone(tz),
            "hours_ids": self._hours_commands([hours]),
        }
        undo = _Undo()
        if not weekly:
            self._reopen(user, day, [hours], undo)
        return undo.with_created(self.create(values | days | dates))

    @api.model
    def close_in_week(self, user_id, day, minute_from, minute_to, tz):
        """Close a range of hours on one day."""
        user = self._check_editable([user_id])
        values = self._closing_values(
            user, self._week_day(day), [self._week_hours(minute_from, minute_to)], self._week_zone(tz)
        )
        return _Undo().with_created(self.create(values))

    @api.model
    def move_in_week(self, hours_id, day, old, new_day, new, scope):
        """Move, lengthen or shorten a range of hours.

        :param hours_id: the ``booking.availability.hours``
        :param day: the date on which the range was taken hold of
        :param old: ``[from, to]`` in minutes, as it was seen on that day
        :param new_day: the date to which it was moved, which may be the same
        :param new: ``[from, to]`` there
        :param scope: ``date`` changes that day alone, ``weekday`` that day of every week, ``all`` all days of the entry
        """
        hours = self.env["booking.availability.hours"].search(
            [("id", "=", hours_id if isinstance(hours_id, int) else False)]
        )
        if not hours:
            raise UserError(_("Somebody else has changed these hours. Look again."))
        availability = hours.availability_id
        self._check_editable([availability.user_id.id])
        day, new_day = self._week_day(day), self._week_day(new_day)
        old, new = self._week_hours(*_pair(old)), self._week_hours(*_pair(new))
        undo = _Undo()
        if scope == "date" and availability.kind == "recurring":
            availability._except_on(day, old, new_day, new, undo)
        elif scope == "date":
            availability._split_date(hours, day, new_day, _shifted(hours, old, new), undo)
        elif scope in ("weekday", "all"):
            availability._change_days(hours, day, new_day, _shifted(hours, old, new), scope, undo)
        else:
            raise UserError(_("Say whether the change is for one day or for every week."))
        return undo.values

    def remove_in_week(self):
        """Remove these hours altogether."""
        self._check_editable(self.user_id.ids)
        undo = _Undo()
        undo.values["removed"] = [availability._snapshot() for availability in self]
        self.unlink()
        return undo.values

    @api.model
    def undo_in_week(self, undo):
        """Take back what one of the methods above has done, if nobody has removed the hours in between."""
        try:
            self.browse(int(number) for number in undo["created"]).exists().unlink()
            for former in undo["former"]:
                availability = self.browse(int(former["id"])).exists()
                availability.hours_ids.unlink()
                availability.write(self._restored(former))
            self.create([self._restored(removed) | {"user_id": int(removed["user_id"])} for removed in undo["removed"]])
        except (AttributeError, KeyError, TypeError, ValueError):
            raise UserError(_("This change can no longer be undone.")) from None

    # ------------------------------------------------------------------
    # Changes for one day, which leave what holds every week as it is
    # ------------------------------------------------------------------

    def _except_on(self, day, old, new_day, new, undo):
        """Differ from the weekly hours on a date: what is left is closed, what is added is open that day."""
        user, same = self.user_id, day == new_day
        closing = subtract(old, [new]) if same else [old]
        opening = subtract(new, [old]) if same else [new]
        self._reopen(user, new_day, opening, undo)
        values = []
        if closing:
            values.append(self._closing_values(user, day, closing, self.tz))
        if opening:
            once = {"kind": "one_off", "date_from": new_day, "date_to": new_day}
            values.append(self._copied_values() | once | {"hours_ids": self._hours_commands(opening)})
        undo.add_created(self.create(values))

    def _reopen(self, user, day, ranges, undo):
        """Take hours that are to be open out of what closes that day alone."""
        for closed in self.search(
            [("user_id", "=", user.id), ("kind", "=", "closed"), ("date_from", "=", day), ("date_to", "=", day)]
        ):
            former = closed._ranges()
            left = [piece for hours in former for piece in subtract(hours, sorted(ranges))]
            if not former or left == former:
                continue
            if left:
                undo.add_former(closed._snapshot())
                closed._set_ranges(left)
            else:
                undo.values["removed"].append(closed._snapshot())
                closed.unlink()

    def _split_date(self, hours, day, new_day, new, undo):
        """Change one of the days of an entry that holds on dates; the days around it keep what they had."""
        undo.add_former(self._snapshot())
        ranges = self._ranges(but=hours)
        around = []
        if self.date_from < day:
            around.append({"date_from": self.date_from, "date_to": day - timedelta(days=1)})
        if day < self.date_to:
            around.append({"date_from": day + timedelta(days=1), "date_to": self.date_to})
        copied, former = self._copied_values(), self._hours_commands(self._ranges())
        values = [copied | {"kind": self.kind, "hours_ids": former} | dates for dates in around]
        if ranges and day != new_day:
            rest = {"kind": self.kind, "date_from": day, "date_to": day, "hours_ids": self._hours_commands(ranges)}
            values.append(copied | rest)
            ranges = []
        self.write({"date_from": new_day, "date_to": new_day})
        self._set_ranges(sorted([*ranges, new]))
        undo.add_created(self.create(values))

    # ------------------------------------------------------------------
    # Changes for every week
    # ------------------------------------------------------------------

    def _change_days(self, hours, day, new_day, new, scope, undo):
        """Change a range on one weekday, or on all days of the entry."""
        undo.add_former(self._snapshot())
        others = self._ranges(but=hours)
        weekdays = [name for name in WEEKDAYS if self[name]]
        left, arrived = WEEKDAYS[day.weekday()], WEEKDAYS[new_day.weekday()]
        if self.kind != "recurring" or scope == "all" and left == arrived or weekdays == [left] == [arrived]:
            if self.kind != "recurring" and day != new_day:
                moved = new_day - day
                self.write({"date_from": self.date_from + moved, "date_to": self.date_to + moved})
            self._set_ranges(sorted([*others, new]))
            return
        created = []
        copied = self._copied_values() | {"kind": "recurring", "date_from": self.date_from, "date_to": self.date_to}

        def on(name, ranges):
            days = {weekday: weekday == name for weekday in WEEKDAYS}
            return copied | days | {"hours_ids": self._hours_commands(ranges)}

        if left == arrived:
            created.append(on(left, sorted([*others, new])))
        else:
            created.append(on(arrived, [new]))
            if others:
                created.append(on(left, others))
        if weekdays == [left]:
            first = created.pop(0)
            self.write({weekday: first[weekday] for weekday in WEEKDAYS})
            self._set_ranges([new])
        else:
            self[left] = False
        undo.add_created(self.create(created))

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    def _ranges(self, but=None):
        """Return the hours as ``[(from, to)]`` in minutes, without the record ``but``."""
        kept = self.hours_ids - but if but else self.hours_ids
        return [(round(hours.hour_from * 60), round(hours.hour_to * 60)) for hours in kept.sorted("hour_from")]

    def _set_ranges(self, ranges):
        self.hours_ids = [Command.clear(), *self._hours_commands(ranges)]

    @api.model
    def _hours_commands(self, ranges):
        return [Command.create({"hour_from": start / 60, "hour_to": stop / 60}) for start, stop in ranges]

    def _copied_values(self):
        """Return what hours split off from this entry have in common with it."""
        return {
            "user_id": self.user_id.id,
            "agency_id": self.agency_id.id,
            "tz": self.tz,
            "note": self.note,
            "type_ids": [Command.set(self.type_ids.ids)],
        }

    @api.model
    def _closing_values(self, user, day, ranges, tz):
        dates = {"date_from": day, "date_to": day}
        return {"user_id": user.id, "kind": "closed", "tz": tz, "hours_ids": self._hours_commands(ranges), **dates}

    def _snapshot(self):
        """Return what this entry says, in a way that can be sent to a browser and back."""
        self.ensure_one()
        return {
            "id": self.id,
            "user_id": self.user_id.id,
            "agency_id": self.agency_id.id,
            "type_ids": self.type_ids.ids,
            "ranges": self._ranges(),
            **{name: value.isoformat() if hasattr(value := self[name], "isoformat") else value for name in KEPT},
        }

    @api.model
    def _restored(self, snapshot):
        return {
            **{name: snapshot[name] for name in KEPT},
            "agency_id": snapshot["agency_id"],
            "type_ids": [Command.set([int(number) for number in snapshot["type_ids"]])],
            "hours_ids": self._hours_commands([_pair(hours) for hours in snapshot["ranges"]]),
        }

    @api.model
    def _week_hours(self, minute_from, minute_to):
        if not all(isinstance(minute, int) for minute in (minute_from, minute_to)):
            raise UserError(_("Hours lie between 0:00 and 24:00."))
        if not 0 <= minute_from < minute_to <= DAY:
            raise UserError(_("Hours lie between 0:00 and 24:00."))
        return minute_from, minute_to

    @api.model
    def _week_zone(self, tz):
        if tz not in pytz.all_timezones_set:
            raise UserError(_("There is no such time zone."))
        return tz


class _Undo:
    """Collects what is needed to take a change back."""

    def __init__(self):
        self.values = {"created": [], "former": [], "removed": []}

    def add_created(self, records):
        self.values["created"] += records.ids

    def add_former(self, snapshot):
        self.values["former"].append(snapshot)

    def with_created(self, records):
        self.add_created(records)
        return self.values


def _pair(value):
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise UserError(_("Hours lie between 0:00 and 24:00."))
    return tuple(value)


def _shifted(hours, old, new):
    """Return the range as entered after the same change as was made to the piece of it that is in sight.

    An exception may hide its beginning or its end.
    """
    start = round(hours.hour_from * 60) + new[0] - old[0]
    stop = round(hours.hour_to * 60) + new[1] - old[1]
    if not 0 <= start < stop <= DAY:
        raise UserError(_("Hours lie between 0:00 and 24:00."))
    return start, stop
