from dataclasses import replace

from odoo import api, models

from .booking_question_prefill import TAKEN_PARAMS


class BookingJourney(models.AbstractModel):
    """What a link fills into the form goes along through all steps, in their addresses and forms."""

    _inherit = "booking.journey"

    @api.model
    def _read_choices(self, booking_type, params, visitor_tz=None):
        choices = super()._read_choices(booking_type, params, visitor_tz)
        if TAKEN_PARAMS.issuperset(params):
            return choices  # nothing that could fill in an answer: the questions need not be read
        return replace(choices, prefill=tuple(booking_type.question_ids._read_prefill(params).items()))

    @api.model
    def _choices_of(self, appointment):
        choices = super()._choices_of(appointment)
        return replace(choices, prefill=tuple((appointment.prefill or {}).items()))

    @api.model
    def _get_url(self, choices, **changes):
        # An appointment that is moved has its form behind it.
        prefill = {} if choices.moving else dict(choices.prefill)
        return super()._get_url(choices, **(prefill | changes))

    @api.model
    def _get_hold_values(self, choices):
        return super()._get_hold_values(choices) | {"prefill": dict(choices.prefill) or False}
