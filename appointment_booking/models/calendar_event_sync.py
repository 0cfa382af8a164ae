from odoo import api, models

# The rooms that each synchronisation makes.
MAKERS = {"google": "google_meet", "microsoft": "teams"}
# What the two services know an entry by.
KNOWN_BY = ("google_id", "microsoft_id")


class CalendarEvent(models.Model):
    """What Google and Outlook are told of appointments, where their synchronisations are installed.

    Their servers write to every attendee, and put the entry into attendees' calendars. Bookers and other people from
    outside have their own messages, with an entry of its own: they would hear twice and read it twice. So only
    colleagues go there as attendees. Nor is a room made where the appointment has another one, or none.

    The methods that are extended here come from ``google_calendar`` and ``microsoft_calendar``: without those, nobody
    calls them.
    """

    _inherit = "calendar.event"

    def _get_mirrored_appointment(self):
        """Return the appointment whose entry this is. While the entry is being created it knows its appointment, and
        the appointment does not know it yet.
        """
        event = self.sudo()
        appointment = self.env["booking.appointment"].sudo()
        if event.res_model != appointment._name or not event.res_id:
            return appointment
        appointment = appointment.browse(event.res_id).exists()
        return appointment.filtered(lambda a: a.calendar_event_id.id in (False, event.id))

    def _is_colleague(self, address):
        users = self.env["res.users"].sudo()
        return bool(users.search_count([("share", "=", False), ("email_normalized", "=", address)], limit=1))

    def _leave_out_outsiders(self, values, get_address):
        """Return values for a synchronisation whose attendees are colleagues."""
        if not values or not values.get("attendees"):
            return values
        inside = [person for person in values["attendees"] if self._is_colleague((get_address(person) or "").lower())]
        return dict(values, attendees=inside)

    def _wants_room(self, maker):
        """Tell whether a synchronisation makes the room of this entry; ``None`` for what is no appointment."""
        appointment = self._get_mirrored_appointment()
        if not appointment:
            return None
        return appointment.channel == "video" and appointment.type_id.video_provider == MAKERS[maker]

    def _get_place_elsewhere(self):
        """Return where it is, for calendars that know nothing of our rooms: without a place, the room is the place."""
        event = self.sudo()
        return event.location or event.videocall_location or ""

    # Which entry

    def _is_known_elsewhere(self):
        return bool(self) and any(self[name] for name in KNOWN_BY if name in self._fields)

    def _is_kept_elsewhere(self, advisor):
        """Tell whether this entry cannot be the advisor's: it is in the synchronised calendar of another one, which no
        service lets us change, or was removed from theirs, which no service undoes.
        """
        return self._is_known_elsewhere() and (self.user_id != advisor or not self.active)

    def _pass_on_room(self):
        """Return the values of a new entry that keep the room of this one, whose link people already have."""
        if self.videocall_source != "discuss" or not self.access_token:
            return {}
        room = {
            "videocall_location": self.videocall_location,
            "access_token": self.access_token,
            "videocall_channel_id": self.videocall_channel_id.id,
        }
        self.write({"access_token": False, "videocall_channel_id": False})
        return room

    def _leave(self):
        """Remove an entry that another one replaces, from the calendar of its organizer too; return no entry."""
        organizer = self.user_id
        if self.active:
            self.with_user(organizer).sudo().unlink()
        return self.browse()

    def _send_again(self):
        """Put an entry that was removed in a synchronised calendar there once more: the services take no removed entry
        back, so it becomes a new one.
        """
        for event in self.sudo():
            event = event.with_user(event.user_id).sudo()
            if "google_id" in self._fields and not event.google_id and event.user_id.is_google_calendar_synced():
                event._google_insert(event._get_google_service(), event._google_values())
            if "microsoft_id" in self._fields and not event.microsoft_id and event._check_microsoft_sync_status():
                event._microsoft_insert(event._microsoft_values(self._get_microsoft_synced_fields()))

    # Google

    @api.model
    def _get_google_service(self):
        from odoo.addons.google_calendar.utils.google_calendar import GoogleCalendarService

        return GoogleCalendarService(self.env["google.service"])

    def _get_event_user(self):
        """An appointment belongs into its advisor's calendar, or into none: whoever books has no part in it."""
        if self._get_mirrored_appointment():
            return self.sudo().user_id
        return super()._get_event_user()

    def _google_insert(self, google_service, values, *args, **kwargs):
        wanted = self._wants_room("google")
        if wanted is None or not values:
            return super()._google_insert(google_service, values, *args, **kwargs)
        return super(CalendarEvent, self.with_context(send_updates=False))._google_insert(
            google_service, self._quieten_google(values, wanted), *args, **kwargs
        )

    def _google_patch(self, google_service, google_id, values, *args, **kwargs):
        wanted = self._wants_room("google")
        if wanted is None or not values:
            return super()._google_patch(google_service, google_id, values, *args, **kwargs)
        values = self._quieten_google(values, wanted)
        if wanted and values.get("conferenceData", "") is None:
            values.pop("conferenceData")
        return super(CalendarEvent, self.with_context(booking_quiet_google=True))._google_patch(
            google_service, google_id, values, *args, **kwargs
        )

    def _google_delete(self, google_service, google_id, *args, **kwargs):
        """Google writes to attendees of what is deleted, asked or not; of what is cancelled by a change it does not."""
        if self._wants_room("google") is None:
            return super()._google_delete(google_service, google_id, *args, **kwargs)
        return self._google_patch(google_service, google_id, {"status": "cancelled"}, *args, **kwargs)

    def _quieten_google(self, values, wanted):
        values = self._leave_out_outsiders(dict(values), lambda person: person.get("email"))
        if not wanted:
            if values.get("conferenceData"):
                values.pop("conferenceData")
            if "location" in values:
                values["location"] = self._get_place_elsewhere()
        return values

    def _get_post_sync_values(self, request_values, google_values):
        """Take the room along that Google made with the entry: the next synchronisation may be hours away."""
        values = super()._get_post_sync_values(request_values, google_values)
        link = google_values.get("hangoutLink")
        if link and self._wants_room("google"):
            values["videocall_location"] = link
        return values

    def _is_event_over(self):
        """Google sends its own notices of what is not over: of appointments it sends none."""
        return bool(self.env.context.get("booking_quiet_google")) or super()._is_event_over()

    # Outlook

    @api.model
    def _check_organizer_validation_conditions(self, vals_list):
        """Staff whose calendar is synchronised book for advisors whose calendar is not."""
        conditions = super()._check_organizer_validation_conditions(vals_list)
        ours = self.env["ir.model"]._get_id("booking.appointment")
        return [wanted and vals.get("res_model_id") != ours for wanted, vals in zip(conditions, vals_list, strict=True)]

    def _need_video_call(self):
        if not self._get_mirrored_appointment():
            return super()._need_video_call()
        return any(self._wants_room(maker) for maker in MAKERS)

    def _microsoft_insert(self, values, *args, **kwargs):
        return super()._microsoft_insert(self._quieten_outlook(values), *args, **kwargs)

    def _microsoft_patch(self, user_id, event_id, values, *args, **kwargs):
        return super()._microsoft_patch(user_id, event_id, self._quieten_outlook(values), *args, **kwargs)

    def _quieten_outlook(self, values):
        wanted = self._wants_room("microsoft")
        if wanted is None or not isinstance(values, dict):
            return values
        values = self._leave_out_outsiders(values, lambda person: person.get("emailAddress", {}).get("address"))
        if not wanted and "location" in values:
            values = dict(values, location={"displayName": self._get_place_elsewhere()})
        left_out = {"isOnlineMeeting", "onlineMeetingProvider"} if not wanted else set()
        if wanted and not values.get("isOnlineMeeting"):
            left_out = {"isOnlineMeeting"}  # a change of the hour closes no room
        return {name: value for name, value in values.items() if name not in left_out}

    def _ensure_attendees_have_email(self):
        """A booker who gave no e-mail does not stop an advisor's whole synchronisation."""
        ours = self.filtered(lambda event: event.sudo().res_model == "booking.appointment")
        return super(CalendarEvent, self - ours)._ensure_attendees_have_email()
