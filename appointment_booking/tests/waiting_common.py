from ast import literal_eval

from odoo import fields

from .common import utc


class WaitingMixin:
    """For tests of the waiting list, beside ``BookingCase``."""

    def wait(self, name="Eve", **values):
        """Put somebody on the waiting list, confirmed, one second after the one before."""
        people = self.env["booking.waiting"].search([], order="confirmed_at desc", limit=1)
        since = fields.Datetime.add(people.confirmed_at, seconds=1) if people.confirmed_at else utc("2026-03-01")
        return self.env["booking.waiting"].create(
            {
                "name": name,
                "email": f"{name.lower()}@example.org",
                "type_id": self.type.id,
                "lang": "en_US",
                "confirmed_at": since,
                **values,
            }
        )

    def tell(self, booking_type=None):
        """Let those who wait be told, as the scheduled action does; return their names in the order of the queue."""
        before = self.env["booking.waiting.notice"].search([])
        self.env["booking.waiting"]._tell_queue(booking_type or self.type)
        return (self.env["booking.waiting.notice"].search([], order="id") - before).waiting_id.mapped("name")

    def mails(self, waiting):
        return self.env["mail.mail"].search([("model", "=", waiting._name), ("res_id", "in", waiting.ids)], order="id")

    def headers(self, mail):
        return literal_eval(mail.headers)

    def told_hours(self, waiting, notice=0):
        """Return the hours (UTC) of what somebody was told last."""
        return [start.strftime("%d %H:%M") for _agency, start in waiting.notice_ids[notice]._get_slots()]

    def close_all(self):
        """Nothing is free: the advisors have no hours at all."""
        self.mornings.unlink()
