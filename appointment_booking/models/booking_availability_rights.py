from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

ADMIN = "appointment_booking.group_booking_admin"
MANAGER = "appointment_booking.group_booking_manager"


class BookingAvailability(models.Model):
    """Whose hours the current user sees and changes: what the record rules say of hours, told of users.

    The rules decide. This is for pages that offer what is allowed, and for words that say what is not.
    """

    _inherit = "booking.availability"

    @api.model
    def _get_week_users(self):
        """Return the users whose hours the current user may see."""
        users = self.env["res.users"].search(self._visible_users_domain() & Domain("share", "=", False))
        return users or self.env.user

    @api.model
    def _visible_users_domain(self):
        user = self.env.user
        own = Domain("id", "=", user.id)
        booked = Domain.OR(
            Domain(name, "!=", False)
            for name in ("booking_advisor_ids", "booking_availability_ids", "booking_team_ids")
        )
        if user.has_group(ADMIN):
            return booked
        if user.has_group(MANAGER):
            return Domain("booking_team_ids.manager_ids", "in", user.ids) | own & booked
        return own

    @api.model
    def _get_editable_users(self):
        """Return the users whose hours the current user may enter and change."""
        if self.env.user.has_group(ADMIN):
            return self.env["res.users"].search([("share", "=", False)])
        if self.env.user.has_group(MANAGER):
            return self._get_week_users() | self.env.user
        return self.env.user if self._may_edit_hours() else self.env.user.browse()

    @api.model
    def _may_edit_hours(self):
        """Tell whether the current user may enter and change hours, at least their own."""
        user = self.env.user
        return self.has_access("write") and (user.has_group(MANAGER) or user._booking_edits_own_hours())

    @api.model
    def _check_editable(self, user_ids):
        """Return the users of these numbers, as they may come from a browser.

        :raise AccessError: when the current user may not change the hours of one of them
        """
        wanted = {user_id for user_id in user_ids if isinstance(user_id, int)}
        users = self._get_editable_users().filtered(lambda user: user.id in wanted)
        if not users or len(users) < len(wanted):
            raise AccessError(
                self.env._(
                    "You may not change these hours. Ask a manager of the team, or an administrator of Appointments."
                )
            )
        return users

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Offer no change to who may make none; the record rules refuse it anyway."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if arch.tag in ("form", "list", "kanban") and not self._may_edit_hours():
            for deed in ("create", "edit", "delete", "duplicate"):
                arch.set(deed, "0")
        return arch, view

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self._may_edit_hours())


class ResUsers(models.Model):
    _inherit = "res.users"

    def _booking_edits_own_hours(self):
        """Tell whether an advisor who manages nobody may change their own hours."""
        self.ensure_one()
        user = self.sudo()
        return user.company_id.booking_own_hours and all(user.booking_team_ids.mapped("own_hours"))
