from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give the types there are the messages to guests that a new one has, switched off like their option."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["booking.notification"]._create_missing_guest_lines()
