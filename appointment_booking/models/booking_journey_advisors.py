from dataclasses import replace
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from .booking_journey import UnknownChoice

ANY = "any"


class AdvisorOffer(NamedTuple):
    """An advisor on the list, and when they are free next."""

    advisor: Any
    name: str
    initials: str
    photo_url: str | None
    presentation: str
    next_day: str
    url: str | None


class BookingJourney(models.AbstractModel):
    """The choice of an advisor, on types that leave it to the visitor (A21)."""

    _inherit = "booking.journey"

    # What is chosen

    @api.model
    def _read_choices(self, booking_type, params, visitor_tz=None):
        choices = super()._read_choices(booking_type, params, visitor_tz)
        if booking_type.distribution != "visitor":
            return choices
        asked = params.get("advisor")
        if asked == ANY:
            if not booking_type.no_preference:
                raise UnknownChoice
            return self._add_advisor(choices, any_advisor=True)
        # Whoever is on the list of the type is known, also where the reason or the agency leaves them out.
        return self._add_advisor(choices, self._read_record(asked, booking_type.advisor_ids))

    @api.model
    def _choices_of(self, appointment):
        choices = super()._choices_of(appointment)
        if choices.booking_type.distribution != "visitor":
            return choices
        chosen = choices.booking_type.advisor_ids.filtered(lambda advisor: advisor.user_id == appointment.user_id)
        if not appointment.advisor_chosen:
            return self._add_advisor(choices, any_advisor=choices.booking_type.no_preference)
        choices = self._add_advisor(choices, chosen)
        return replace(choices, advisor=chosen or choices.advisor, left_advisor=chosen.browse())

    @api.model
    def _add_advisor(self, choices, advisor=None, any_advisor=False):
        """Return the choices with an advisor, or with none in particular, as far as that is offered here."""
        advisor = advisor or self.env["booking.advisor"]
        advisors = self._get_advisors(choices)
        return replace(
            choices,
            advisors=advisors,
            advisor=(advisor & advisors) or (advisors if len(advisors) == 1 else advisors.browse()),
            any_advisor=any_advisor and len(advisors) > 1,
            left_advisor=advisor - advisors,
        )

    @api.model
    def _get_advisors(self, choices):
        """Return the advisors among whom to choose: for the reason, and with hours at the agency."""
        booking_type, agency = choices.booking_type, choices.agency
        advisors = booking_type.advisor_ids.filtered(lambda advisor: advisor.user_id.active)
        # A reason that was given to some advisors only is not open to the others, even once those are archived.
        only = choices.reason.with_context(active_test=False).advisor_ids
        advisors = advisors & only if only else advisors
        domain = Domain("user_id", "in", advisors.user_id.ids) & Domain("kind", "!=", "closed")
        domain &= Domain("type_ids", "=", False) | Domain("type_ids", "in", booking_type.ids)
        domain &= Domain("date_to", "=", False) | Domain("date_to", ">=", fields.Date.today())
        if agency:
            domain &= Domain("agency_id", "in", [False, agency.id])
        hours = self.env["booking.availability"].search(domain)
        return advisors.filtered(lambda advisor: advisor.user_id in hours.user_id).sorted(
            lambda advisor: (advisor.sequence, advisor.id)
        )

    @api.model
    def _get_users(self, choices):
        """Return the users whose slots are asked for; ``None`` for any, as the distribution of the type says."""
        if choices.advisors is None or choices.any_advisor:
            return None
        return (choices.advisor or choices.advisors).user_id

    # Where it leads

    @api.model
    def _get_advisor_value(self, choices):
        """Return what addresses and forms say of the advisor; nothing where there is no choice."""
        if choices.advisors is None or len(choices.advisors) < 2 and not choices.left_advisor:
            return None
        return ANY if choices.any_advisor else (choices.advisor or choices.left_advisor).id

    @api.model
    def _get_url(self, choices, **changes):
        return super()._get_url(choices, **({"advisor": self._get_advisor_value(choices)} | changes))

    @api.model
    def _get_open_step(self, choices):
        step = super()._get_open_step(choices)
        return "advisor" if step == "slot" and self._is_advisor_open(choices) else step

    @api.model
    def _is_advisor_open(self, choices):
        return bool(choices.advisors) and not choices.advisor and not choices.any_advisor

    # What is free

    @api.model
    def _get_looks(self, booking_type, since=None):
        """Where loads are compared each look covers the whole horizon: one is enough."""
        looks = super()._get_looks(booking_type, since)
        if booking_type._get_mode() == "uniform" and looks:
            return [(looks[0][0], looks[-1][1])]
        return looks

    @api.model
    def _get_advisor_offers(self, choices):
        """Return an :class:`AdvisorOffer` for each advisor, found with a fixed number of queries."""
        choices = replace(choices, advisor=choices.advisors.browse(), any_advisor=False)
        first = {}
        for start, stop in self._get_looks(choices.booking_type):
            missing = choices.advisors.filtered(lambda advisor: advisor.user_id.id not in first)
            if missing:
                for at, user_ids in self._get_slots(replace(choices, advisor=missing), start, stop).items():
                    for user_id in user_ids:
                        first.setdefault(user_id, at)
        tz = choices.place_tz
        return [
            AdvisorOffer(
                advisor=advisor,
                name=advisor.user_id.name,
                initials=self._get_initials(advisor.user_id.name),
                photo_url=self._get_photo_url(advisor),
                presentation=advisor.user_id._get_public_presentation(),
                next_day=self._tell_day(at, tz) if (at := first.get(advisor.user_id.id)) else "",
                url=self._get_url(choices, advisor=advisor.id) if at else None,
            )
            for advisor in choices.advisors
        ]

    @api.model
    def _get_no_preference(self, choices):
        """Return ``(next free day, address)`` of having no preference, or nothing where that is not offered."""
        if not choices.booking_type.no_preference:
            return None
        first = self._find_first(replace(choices, advisor=choices.advisors.browse(), any_advisor=True))
        if not first:
            return None
        return self._tell_day(first, choices.place_tz), self._get_url(choices, advisor=ANY)

    @api.model
    def _get_initials(self, name):
        words = (name or "").split()
        return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()

    @api.model
    def _get_photo_url(self, advisor):
        """Return the address of a photo that visitors may see; it changes when the user does, so it can be cached."""
        user = advisor.user_id
        if not user._has_public_photo():
            return None
        slug = advisor.type_id.slug
        return f"/booking/{slug}/advisor/{advisor.id}/photo?v={int(user.sudo().write_date.timestamp())}"

    @api.model
    def _find_photo(self, booking_type, advisor_id):
        """Return the user whose photo visitors of a type may see, or nothing: it is published, and one may choose."""
        advisor = booking_type.advisor_ids.filtered(lambda advisor: advisor.id == advisor_id)
        user = advisor.user_id.filtered("active")
        if booking_type.distribution == "visitor" and user and user._has_public_photo():
            return user
        return self.env["res.users"]
