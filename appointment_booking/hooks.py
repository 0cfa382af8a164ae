import psycopg2

from odoo.exceptions import UserError


def pre_init_hook(env):
    """Create the extension that the exclusion constraint of appointments needs.

    ``btree_gist`` is a trusted extension: the owner of the database may create it, no superuser is needed.

    :raise UserError: where the server does not have it, since without it nothing would refuse a double booking
    """
    try:
        with env.cr.savepoint():
            env.cr.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    except psycopg2.Error as error:
        raise UserError(
            env._(
                "Appointments need PostgreSQL's extension btree_gist, which keeps an advisor from being booked twice. "
                "It could not be created: %s. On Debian and Ubuntu it comes with the package postgresql-contrib.",
                str(error).strip(),
            )
        ) from error
