"""How calendar entries are written for appointments. Pure Python."""

# What is written to a calendar entry under this, the appointment says itself: nobody is told, nothing comes back.
MIRRORING = {"booking_mirroring": True, "no_mail_to_attendees": True, "skip_contact_description": True}
