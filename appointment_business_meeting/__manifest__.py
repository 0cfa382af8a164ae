{
    "name": "Appointment Business Meetings",
    "summary": "Business meetings between the exhibitors and the participants of an event",
    "version": "19.0.1.0.0",
    "category": "Marketing/Events",
    "license": "AGPL-3",
    "author": "Appointment Suite Contributors",
    "development_status": "Alpha",
    "depends": ["appointment_booking", "website_event_exhibitor"],
    "installable": True,
}
