from odoo import fields, http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import escape_psql

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

PER_PAGE = 20


class BookingPortal(CustomerPortal):
    """The appointments of an account.

    Accounts have no right on the appointments themselves, which hold more than a booker should read. Here they are
    looked up for them: those of their own contact, not of colleagues or of their company.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "booking_appointment_count" in counters:
            values["booking_appointment_count"] = self._get_own_appointments().search_count(
                self._get_own_domain() & self._get_appointment_filters()["upcoming"]["domain"]
            )
        return values

    @http.route(
        ["/my/appointments", "/my/appointments/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def portal_my_appointments(self, page=1, sortby=None, filterby=None, **params):
        filters, sortings = self._get_appointment_filters(), self._get_appointment_sortings()
        filterby = filterby if filterby in filters else "upcoming"
        # The next one first; of those that are over, the latest one.
        sortby = sortby if sortby in sortings else ("soonest" if filterby == "upcoming" else "latest")
        appointments = self._get_own_appointments()
        domain = self._get_own_domain() & filters[filterby]["domain"]
        pager = portal_pager(
            url="/my/appointments",
            url_args={"sortby": sortby, "filterby": filterby},
            total=appointments.search_count(domain),
            page=page,
            step=PER_PAGE,
        )
        found = appointments.search(domain, order=sortings[sortby]["order"], limit=PER_PAGE, offset=pager["offset"])
        return request.render(
            "appointment_booking.portal_my_appointments",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "booking_appointment",
                "default_url": "/my/appointments",
                "appointments": found,
                "links": {appointment: appointment._get_change_links("account") for appointment in found},
                "now": fields.Datetime.now(),
                "pager": pager,
                "searchbar_sortings": sortings,
                "sortby": sortby,
                "searchbar_filters": filters,
                "filterby": filterby,
            },
        )

    @http.route(
        "/my/appointments/<string:number>", type="http", auth="user", methods=["GET"], website=True, sitemap=False
    )
    def portal_my_appointment(self, number, **params):
        """Lead to the page of an appointment, which its link opens."""
        appointment = self._get_own_appointments()
        if number.isascii() and number.isdigit() and len(number) < 10:
            appointment = appointment.search(self._get_own_domain() & Domain("id", "=", int(number)))
        if not appointment:
            return request.render("appointment_booking.page_appointment_unknown", {}, status=404)
        return request.redirect(request.env["ir.http"]._url_for(appointment.access_url), code=303)

    def _get_own_appointments(self):
        return request.env["booking.appointment"].sudo()

    def _get_own_domain(self):
        """Return the domain of the appointments that the account may see.

        One that was filed under its contact by the phone alone may be somebody else's of the same household: it is
        shown only where the e-mail is the same, too.
        """
        partner = request.env.user.partner_id
        mine = Domain("partner_match", "!=", "phone")
        if partner.email_normalized:
            mine |= Domain("booker_email", "=ilike", escape_psql(partner.email_normalized))
        return (
            Domain("partner_id", "=", partner.id)
            & Domain("type_id", "!=", False)
            & Domain("state", "in", ("planned", "done", "cancelled"))
            & mine
        )

    def _get_appointment_filters(self):
        now = fields.Datetime.now()
        ahead = Domain("stop", ">", now) & Domain("state", "!=", "cancelled")
        return {
            "upcoming": {"label": request.env._("Upcoming"), "domain": ahead},
            "past": {
                "label": request.env._("Past"),
                "domain": Domain("stop", "<=", now) & Domain("state", "!=", "cancelled"),
            },
            "cancelled": {"label": request.env._("Cancelled"), "domain": Domain("state", "=", "cancelled")},
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
        }

    def _get_appointment_sortings(self):
        return {
            "soonest": {"label": request.env._("Earliest first"), "order": "start, id"},
            "latest": {"label": request.env._("Latest first"), "order": "start desc, id desc"},
            "type": {"label": request.env._("Appointment type"), "order": "type_id, start desc, id desc"},
        }
