from odoo import fields, models

# Where links to move or cancel may stand, each a box: ``move_on_page``, ``move_in_reminder`` and so on.
CHANGE_PLACES = ("page", "confirmation", "reminder", "calendar")


class BookingType(models.Model):
    """What bookers may do with an appointment that they have: move it, cancel it, until when and how often."""

    _inherit = "booking.type"

    # Moving
    allow_move = fields.Boolean(
        string="Bookers may move their appointment",
        default=True,
        tracking=True,
        help="The booker chooses another free slot. The appointment keeps its reference, and the old slot is free "
        "again once the new one is theirs. Off, they are asked to call.",
    )
    move_notice = fields.Integer(
        string="Moving is possible until",
        default=24,
        help="Hours before the appointment. Who comes later reads until when it was possible, and whom to call. "
        "0: until it begins.",
    )
    move_limit = fields.Integer(
        string="How many times",
        help="How often a booker may move one appointment. What you move for them does not count. 0: any number.",
    )
    move_agency = fields.Boolean(
        string="To another agency",
        default=True,
        help="The booker may choose another agency for the new date. Off, they see the free slots of theirs only.",
    )
    move_advisor = fields.Boolean(
        string="To another advisor",
        default=True,
        help="Where visitors choose their advisor, they may choose another one for the new date. Elsewhere the "
        "advisor stays the same as long as they are free, else one who is free takes over.",
    )
    move_policy = fields.Text(
        string="What bookers read before they move",
        translate=True,
        help="Shown on the page where the booker moves the appointment, before anything is changed.",
    )
    move_on_page = fields.Boolean(
        string="Moving: confirmation page", default=True, help="A button on the page of the appointment."
    )
    move_in_confirmation = fields.Boolean(
        string="Moving: confirmation message", default=True, help="A link in the message sent after the booking."
    )
    move_in_reminder = fields.Boolean(
        string="Moving: reminder", default=True, help="A link in the message sent before the appointment."
    )
    move_in_calendar = fields.Boolean(
        string="Moving: calendar entry", default=True, help="A link in the entry of the booker's calendar."
    )

    # Cancelling
    allow_cancel = fields.Boolean(
        string="Bookers may cancel their appointment",
        default=True,
        tracking=True,
        help="The slot is free again, and the advisor's calendar too. Off, they are asked to call.",
    )
    cancel_notice = fields.Integer(
        string="Cancelling is possible until",
        default=24,
        help="Hours before the appointment. Who comes later reads until when it was possible, and whom to call. "
        "0: until it begins.",
    )
    cancel_confirm = fields.Boolean(
        string="Ask once more",
        help="After the button, a second page asks whether they are sure. Off, the one button cancels.",
    )
    cancel_ask_reason = fields.Selection(
        [("no", "Not asked"), ("optional", "Asked, may stay empty"), ("required", "Asked, needed")],
        string="Reason",
        required=True,
        default="optional",
        help="The booker is asked why they cancel. You read it on the appointment and can search and count by it.",
    )
    cancel_policy = fields.Text(
        string="What bookers read before they cancel",
        translate=True,
        help="Shown on the page where the booker cancels, before anything is changed.",
    )
    cancel_on_page = fields.Boolean(
        string="Cancelling: confirmation page", default=True, help="A button on the page of the appointment."
    )
    cancel_in_confirmation = fields.Boolean(
        string="Cancelling: confirmation message", default=True, help="A link in the message sent after the booking."
    )
    cancel_in_reminder = fields.Boolean(
        string="Cancelling: reminder", default=True, help="A link in the message sent before the appointment."
    )
    cancel_in_calendar = fields.Boolean(
        string="Cancelling: calendar entry", default=True, help="A link in the entry of the booker's calendar."
    )

    _change_limits_not_negative = models.Constraint(
        "CHECK (move_notice >= 0 AND cancel_notice >= 0 AND move_limit >= 0)",
        "The delays and the number of moves cannot be negative.",
    )

    def _offers_change(self, change, place):
        """Tell whether a type shows bookers a link to change their appointment.

        :param change: ``"move"`` or ``"cancel"``
        :param place: one of ``CHANGE_PLACES``, or ``"account"``, where they are always shown
        """
        self.ensure_one()
        boxes = {box: f"{change}_{'on' if box == 'page' else 'in'}_{box}" for box in CHANGE_PLACES}
        return self[f"allow_{change}"] and (place == "account" or self[boxes[place]])
