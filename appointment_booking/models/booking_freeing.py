from odoo import api, models


class BookingAvailability(models.Model):
    """New hours may have a slot for somebody who waits."""

    _inherit = "booking.availability"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["booking.waiting"]._wake()
        return super().create(vals_list)

    def write(self, vals):
        self.env["booking.waiting"]._wake(freeing=self)
        return super().write(vals)

    def unlink(self):
        self.env["booking.waiting"]._wake(freeing=self)
        return super().unlink()


class CalendarEvent(models.Model):
    """An event that leaves a calendar may free a slot for somebody who waits."""

    _inherit = "calendar.event"

    def write(self, vals):
        if {"active", "allday", "partner_ids", "show_as", "start", "stop"} & vals.keys():
            self.env["booking.waiting"]._wake(freeing=self)
        return super().write(vals)

    def unlink(self):
        self.env["booking.waiting"]._wake(freeing=self)
        return super().unlink()
