{
    "name": "Appointment Business Meetings",
    "summary": "Business meetings between the exhibitors and the participants of an event",
    "version": "19.0.1.1.0",
    "category": "Marketing/Events",
    "license": "AGPL-3",
    "author": "Appointment Suite Contributors",
    "development_status": "Alpha",
    "depends": ["appointment_booking", "product", "website_event_exhibitor"],
    "data": [
        "security/business_meeting_groups.xml",
        "security/ir.model.access.csv",
        "security/business_meeting_rules.xml",
        "data/ir_cron_data.xml",
        "templates/business_meeting_message.xml",
        "data/mail_template_data.xml",
    ],
    "installable": True,
}
