from typing import NamedTuple

from odoo import api, models


class Step(NamedTuple):
    key: str
    label: str
    state: str  # done, current or open
    url: str | None  # where to change what was chosen


class SummaryLine(NamedTuple):
    key: str
    icon: str
    label: str
    value: str
    detail: str = ""
    short: str = ""  # where all lines share one
    url: str | None = None  # where to change it
    action: str = ""  # what that link does


class BookingJourney(models.AbstractModel):
    """The steps of the way, and the summary that fills beside them."""

    _inherit = "booking.journey"

    @api.model
    def _get_steps(self, choices, current=None):
        """Return the steps of this type, without those that leave no choice."""
        current = current or self._get_open_step(choices)
        labels = self._get_step_labels(choices)
        shown = [(key, label) for key, label, has_choice in labels if has_choice or key == current]
        position = [key for key, _label in shown].index(current)
        return [
            Step(
                key=key,
                label=label,
                state="done" if index < position else "current" if index == position else "open",
                url=self._get_change_url(choices, key) if index < position else None,
            )
            for index, (key, label) in enumerate(shown)
        ]

    @api.model
    def _get_step_labels(self, choices):
        """Return ``[(key, label, whether there is a choice)]`` of all steps, in their order."""
        return [
            ("postcode", self.env._("Your postcode"), choices.booking_type._asks_postcode()),
            ("reason", self.env._("Reason"), len(choices.reasons) > 1),
            ("agency", self.env._("Agency"), self._may_choose_agency(choices)),
            ("advisor", self.env._("Advisor"), bool(choices.advisors) and len(choices.advisors) > 1),
            ("slot", self.env._("Date and time"), True),
            ("details", self.env._("Your details"), True),
        ]

    @api.model
    def _get_change_url(self, choices, key):
        undecided = ("postcode", "reason", "agency", "advisor")
        return self._get_url(choices, **({key: None} if key in undecided else {}))

    @api.model
    def _get_summary(self, choices, appointment=None):
        """Return the lines of what is decided; each that can be changed alone has the address where."""
        booking_type, reason, agency = choices.booking_type, choices.reason, choices.agency
        lines = []
        if choices.postcode:
            lines.append(
                SummaryLine(
                    key="postcode",
                    icon="fa-home",
                    label=self.env._("Your postcode"),
                    value=choices.postcode,
                    url=self._get_change_url(choices, "postcode"),
                    action=self.env._("Change the postcode"),
                )
            )
        if reason:
            lines.append(
                SummaryLine(
                    key="reason",
                    icon="fa-tag",
                    label=self.env._("Reason"),
                    value=reason.name,
                    short=reason.name,
                    url=self._get_change_url(choices, "reason") if len(choices.reasons) > 1 else None,
                    action=self.env._("Change the reason"),
                )
            )
        if agency:
            lines.append(
                SummaryLine(
                    key="agency",
                    icon="fa-map-marker",
                    label=self.env._("Agency"),
                    value=agency.name,
                    detail=agency.address if booking_type._shows_address() else "",
                    short=agency.name,
                    url=self._get_change_url(choices, "agency") if self._may_choose_agency(choices) else None,
                    action=self.env._("Change the agency"),
                )
            )
        if choices.advisors and len(choices.advisors) > 1 and not self._is_advisor_open(choices):
            name = self.env._("No preference") if choices.any_advisor else choices.advisor.user_id.name
            lines.append(
                SummaryLine(
                    key="advisor",
                    icon="fa-user-o",
                    label=self.env._("Advisor"),
                    value=name,
                    short="" if choices.any_advisor else name,
                    url=self._get_change_url(choices, "advisor"),
                    action=self.env._("Change the advisor"),
                )
            )
        if appointment:
            lines.append(
                SummaryLine(
                    key="slot",
                    icon="fa-calendar-o",
                    label=self.env._("Date and time"),
                    value=appointment._format_day(),
                    detail=appointment._format_hours(),
                    short=appointment._format_short(),
                    url=self._get_url(choices),
                    action=self.env._("Change the date and time"),
                )
            )
        duration = self._format_duration(reason.effective_duration) if reason else self._tell_durations(booking_type)
        lines.append(SummaryLine("duration", "fa-clock-o", self.env._("Duration"), duration, short=duration))
        if channel := self._get_channel(booking_type):
            lines.append(SummaryLine("channel", channel[0], self.env._("How"), channel[1]))
        return lines

    @api.model
    def _get_channel(self, booking_type):
        """Return ``[icon, word]`` of how an appointment is held, or nothing where there is nothing to say."""
        # Lists: where texts are exported for translation, those in a tuple after a translated one would go along.
        return {
            "in_person": ["fa-building-o", self.env._("In person")],
            "video": ["fa-video-camera", self.env._("Video conference")],
            "phone": ["fa-phone", self.env._("By phone")],
        }.get(booking_type.channel)
