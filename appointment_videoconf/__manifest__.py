{
    "name": "Appointment Video Conferences",
    "summary": "Hold video appointments in each advisor's own meeting room, on any platform",
    "version": "19.0.1.0.0",
    "category": "Services/Appointment",
    "license": "AGPL-3",
    "author": "Appointment Suite Contributors",
    "development_status": "Alpha",
    "depends": ["appointment_booking"],
    "data": [
        "views/res_users_views.xml",
    ],
    "installable": True,
}
