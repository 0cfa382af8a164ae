from .common import BookingCase


class MessageCase(BookingCase):
    """What is sent about appointments: the sweep is run by hand, and Odoo's queues hold what it queued."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"email": "bank@example.com", "phone": "+33 4 65 71 00 00"})
        cls.Message = cls.env["booking.message"]

    def notification(self, event, recipient="booker", channel="email", booking_type=None):
        """Return one of the notifications that a new type has, switched on."""
        (found,) = (booking_type or self.type).notification_ids.filtered(
            lambda n: (n.event, n.recipient, n.channel) == (event, recipient, channel)
        )
        if not found.active:
            found.active = True
        return found

    def messages(self, appointment, *events, recipient="booker"):
        found = appointment.message_log_ids.filtered(lambda message: message.event in events)
        return found.filtered(lambda message: message.recipient.startswith(recipient)).sorted("id")

    def mails(self, appointment):
        """Return the e-mails in Odoo's queue about an appointment, oldest first."""
        return self.env["mail.mail"].search(
            [("model", "=", "booking.appointment"), ("res_id", "=", appointment.id)], order="id"
        )

    def mail(self, message):
        """Return the e-mail of one message."""
        return message.mail_notification_id.mail_mail_id
