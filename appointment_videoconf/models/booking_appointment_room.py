from odoo import api, fields, models


class BookingAppointment(models.Model):
    """Video appointments whose rooms a provider makes: they follow whenever the calendar entry does."""

    _name = "booking.appointment"
    _inherit = ["booking.appointment", "videoconf.room.owner"]

    def _get_wanted_provider(self):
        """Return the provider that is to make the room of this appointment as it is now, or nothing."""
        self.ensure_one()
        provider = self.type_id._get_videoconf_provider()
        if self.channel != "video" or self.state not in ("planned", "done"):
            return provider.browse()
        return provider

    def _mirror_in_calendar(self):
        self.sudo()._follow_room()
        return super()._mirror_in_calendar()

    def _follow_room(self):
        """Order, change or give back rooms so that they are what the appointments need.

        A room stays the appointment's when the type goes to another provider: people have its link. Only one that
        could not be made is ordered from the new one.
        """
        for appointment in self:
            provider, room = appointment._get_wanted_provider(), appointment.videoconf_room_id
            if appointment._has_room():
                is_hopeless = room.state == "failed" and room.provider_id != provider
                if provider and not is_hopeless:
                    appointment._change_room()
                    continue
                appointment._drop_room()
            if provider and appointment.state == "planned":
                appointment.videoconf_provider_id = provider
                appointment._order_room()

    def _get_room_values(self):
        """The provider and the others in the room read the type and the reference: nothing personal."""
        self.ensure_one()
        appointment = self.with_context(lang=self.lang or self.env.lang)
        reference = appointment.name if appointment.name != "/" else ""
        return {
            "title": " · ".join(filter(None, [appointment.type_id.name or appointment.subject, reference])),
            "start": appointment.start,
            "stop": appointment.stop,
            "tz": appointment.user_id.tz or appointment.type_id.tz,
            "user_id": appointment.user_id.id,
            "company_id": appointment.company_id.id,
        }

    def _calendar_values(self):
        values = super()._calendar_values()
        if self._has_room():
            values["videocall_location"] = self.videoconf_room_address
        elif self.videoconf_room_id and self._shows_former_room():
            values["videocall_location"] = False
        return values

    def _shows_former_room(self):
        """Tell whether the calendar entry still leads to a room that was given back."""
        former, shown = self.videoconf_room_id, self.calendar_event_id.videocall_location
        return bool(shown) and (shown == former.address or shown.endswith(f"/{former.access_token}"))

    def _on_room_ready(self):
        """Put the link into the calendar, and tell those whose confirmation has left without it."""
        result = super()._on_room_ready()
        self._mirror_in_calendar()
        if self.state == "planned" and self.stop > fields.Datetime.now():
            self._notify("linked")
        # A confirmation that has waited for the link can leave.
        self.env["booking.message"].sudo()._trigger_sweep()
        return result

    @api.model
    def _is_told_anyway(self, notification, appointment, waiting, told):
        """A confirmation or an update that waits to be filled in will bring the link along."""
        if notification.event == "linked" and any(
            message.appointment_id == appointment
            and message.notification_id.recipient == notification.recipient
            and message.event in ("booked", "modified", "assigned")
            for message in waiting
        ):
            return True
        return super()._is_told_anyway(notification, appointment, waiting, told)

    def _is_entered_by_click(self):
        """Tell whether the booker enters the room by a button that fetches an address of their own."""
        self.ensure_one()
        room = self.sudo().videoconf_room_id
        return bool(room) and room._is_open() and room._joins_at_click()
