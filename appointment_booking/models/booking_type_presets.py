from collections import defaultdict

from odoo import _, api, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from .booking_availability import WEEKDAYS

# The rules of a preset that give way to those of the settings.
HOUSE_RULES = {"gap", "min_notice", "horizon_days"}


class BookingType(models.Model):
    """Ready-made types, each of which can be booked after one click."""

    _inherit = "booking.type"

    @api.model
    def _presets(self):
        """Return ``{kind: (icon, summary, values of the new type)}``, in the order in which they are offered."""
        # Lists: where texts are exported for translation, those in a tuple after a translated one would go along.
        return {
            "advice": [
                "fa-user-o",
                _("An hour at your agency"),
                {
                    "name": _("Advice in person"),
                    "welcome_text": _("Choose an hour that suits you. We look forward to meeting you."),
                    "channel": "in_person",
                    "duration": 60,
                    "slot_step": 30,
                    "min_notice": 24,
                },
            ],
            "video": [
                "fa-video-camera",
                _("Half an hour on screen, with a room of its own"),
                {
                    "name": _("Video call"),
                    "welcome_text": _("Choose an hour and meet us on screen, from wherever you are."),
                    "channel": "video",
                    "duration": 30,
                    "slot_step": 15,
                    "gap": 15,
                    "min_notice": 4,
                },
            ],
            "phone": [
                "fa-phone",
                _("A quarter of an hour; the visitor leaves a number"),
                {
                    "name": _("Phone call-back"),
                    "welcome_text": _("Tell us when to call you, and on which number."),
                    "channel": "phone",
                    "duration": 15,
                    "slot_step": 15,
                    "min_notice": 2,
                },
            ],
            "desk": [
                "fa-building-o",
                _("Ten minutes at the counter, without queueing"),
                {
                    "name": _("Desk"),
                    "welcome_text": _("Come at your hour and skip the queue."),
                    "channel": "in_person",
                    "duration": 10,
                    "slot_step": 10,
                    "min_notice": 1,
                    "horizon_days": 14,
                },
            ],
        }

    @api.model
    def get_presets(self):
        """Return what the back office offers where a type is to be created; nothing to those who may not."""
        if not self._can_own_types():
            return []
        return [
            {"kind": kind, "icon": icon, "name": values["name"], "summary": summary}
            for kind, (icon, summary, values) in self._presets().items()
        ]

    @api.model
    def _can_own_types(self):
        """Tell whether the current user could change a type that they create: a manager needs a team."""
        return self.has_access("create") and (
            self.env.user.has_group("appointment_booking.group_booking_admin")
            or bool(self.env["booking.team"].search_count([("manager_ids", "in", self.env.uid)], limit=1))
        )

    @api.model
    def action_create_preset(self, kind):
        """Create a type that works: the current user is its advisor, in their working hours, where the company is.

        It is published unless something is still missing, which is then said.
        """
        if not self._can_own_types():
            raise AccessError(_("You manage no team yet. Ask an administrator to make you the manager of one."))
        values = self._get_preset_values(kind)
        hours = self.env["booking.availability"]._create_from_working_hours(self.env.user)
        booking_type = self.create(
            {
                **values,
                "advisor_ids": [Command.create({"user_id": self.env.uid})],
                "agency_ids": [Command.set(self._preset_agencies().ids)] if values["channel"] == "in_person" else [],
                "show_weekends": any(hours.mapped("sat") + hours.mapped("sun")),
            }
        )
        booking_type._translate_preset(kind)
        booking_type.is_published = not booking_type.setup_warning
        return booking_type._action_open_preset()

    @api.model
    def _get_preset_values(self, kind):
        """Return the values of a preset, less those that an administrator has decided in the settings.

        How an appointment is held and how long it lasts make a preset what it is; when it may be booked is the house's
        rule. What was merely saved with the settings page, and is what Odoo would do anyway, is no decision.
        """
        _icon, _summary, values = self._presets()[kind]
        settings = self.env["ir.default"]._get_model_defaults(self._name)
        decided = {name for name in HOUSE_RULES & settings.keys() if settings[name] != self._get_built_in(name)}
        return {name: value for name, value in values.items() if name not in decided}

    @api.model
    def _get_built_in(self, name):
        """Return what a field starts with when nobody has decided otherwise."""
        field = self._fields[name]
        return (field.default(self) if field.default else None) or 0

    @api.model
    def _preset_agencies(self):
        """Return the company's agencies; where there is none yet, one at the company's own address."""
        company = self.env.company
        agencies = self.env["booking.agency"].search([("company_id", "in", (False, company.id))])
        if agencies or not agencies.has_access("create"):
            return agencies
        return agencies.create(
            {
                "name": company.name,
                "company_id": company.id,
                **{name: company[name] for name in ("street", "street2", "zip", "city", "phone")},
                "state_id": company.state_id.id,
                "country_id": company.country_id.id,
            }
        )

    def _translate_preset(self, kind):
        """Write the texts of the preset and the labels of the form in the other languages of the database."""
        self.ensure_one()
        for code, _name in self.env["res.lang"].get_installed():
            if code == self.env.lang:
                continue
            translated = self.with_context(lang=code)
            _icon, _summary, values = translated._presets()[kind]
            translated.write({"name": values["name"], "welcome_text": values["welcome_text"]})
            labels = {field["role"]: field["name"] for field in translated.question_ids._recommended()}
            for question in translated.question_ids:
                question.name = labels.get(question.role, question.name)

    def _action_open_preset(self):
        self.ensure_one()
        warning = self.setup_warning
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if warning else "success",
                "message": warning or _("“%s” is on your website and can be booked.", self.name),
                "next": {
                    "type": "ir.actions.act_window",
                    "name": self.name,
                    "res_model": self._name,
                    "res_id": self.id,
                    "views": [(False, "form")],
                },
            },
        }


class BookingAvailability(models.Model):
    _inherit = "booking.availability"

    @api.model
    def take_working_hours(self, user_id):
        """Open the working hours of an advisor who has no hours yet, from the week picture."""
        self._create_from_working_hours(self._check_editable([user_id]))

    @api.model
    def _create_from_working_hours(self, user):
        """Open the working hours that Odoo knows of a user, unless they have entered hours themselves.

        :return: the weekly hours of the user, new or not
        """
        weekly = self.search([("user_id", "=", user.id), ("kind", "=", "recurring")])
        if weekly or self.search_count([("user_id", "=", user.id), ("kind", "=", "one_off")], limit=1):
            return weekly
        return self.create(
            [
                {
                    "user_id": user.id,
                    **{day: index in days for index, day in enumerate(WEEKDAYS)},
                    "hours_ids": [Command.create({"hour_from": start, "hour_to": stop}) for start, stop in hours],
                }
                for hours, days in self._working_hours(user)
            ]
        )

    @api.model
    def _working_hours(self, user):
        """Return ``[(hours, weekdays)]`` of a user's working time: days with the same hours stand together."""
        calendar = (user.resource_calendar_id or user.company_id.resource_calendar_id).sudo()
        by_day = defaultdict(set)
        for attendance in calendar.attendance_ids.filtered(lambda line: not line.display_type):
            # hours by the week's number are left out of alternating weeks: what is open must hold every week
            if attendance.day_period != "lunch" and not calendar.two_weeks_calendar:
                by_day[int(attendance.dayofweek)].add((attendance.hour_from, attendance.hour_to))
        days_of = defaultdict(set)
        for day, hours in by_day.items():
            days_of[tuple(sorted(hours))].add(day)
        # Without fixed hours, as with flexible ones: office hours to begin with.
        return list(days_of.items()) or [(((9.0, 12.0), (14.0, 17.0)), set(range(5)))]
