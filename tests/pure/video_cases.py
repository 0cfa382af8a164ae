"""What the tests of all providers of video rooms share."""

from dataclasses import replace
from datetime import datetime, timezone

from odoo.addons.appointment_videoconf.providers import Account, Meeting

SECRET = "quetzalcoatl-7f3a"
MEETING = Meeting(
    reference="0123456789abcdef",
    subject="Mortgage advice",
    start=datetime(2026, 3, 3, 9, tzinfo=timezone.utc),
    stop=datetime(2026, 3, 3, 9, 45, tzinfo=timezone.utc),
    zone="Europe/Paris",
    organiser_name="Ada",
)
AGAIN = replace(MEETING, asked_before=True)


def account(**values):
    return Account(**{"secret": SECRET, **values})
