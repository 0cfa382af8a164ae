from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give the types there are the messages that a new one starts with."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["booking.notification"]._create_missing_defaults()
