from odoo import http
from odoo.http import request

from ..models.booking_appointment_satisfaction import GRADES, LONGEST_COMMENT
from .booking_page import BookingPage

REFUSALS = {"forgotten": 410, "not_held": 404, "absent": 404, "late": 410, "declined": 200}


class BookingRating(BookingPage):
    """How it was, for whoever has the link of the appointment; it works longer here than elsewhere.

    The faces in the message lead to a page that proposes the one that was pressed: mail scanners open every link, so
    only sending the page rates. The forms carry no CSRF token, for the reason that ``BookingChange`` gives.
    """

    @http.route(
        "/booking/appointment/<string:token>/rating",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def rating(self, token, **params):
        appointment = self._find_to_rate(token)
        params = self._get_params(params)
        answer = appointment._get_survey_answer()
        if answer and answer.state == "done":
            return self._render_rating(appointment, template="page_rated")
        if appointment.type_id._get_survey() and not params.get("faces"):
            return self._render_rating(appointment, template="page_rating_survey")
        rating = appointment._get_rating()
        if rating and not params.get("change") and not self._read_grade(params):
            return self._render_rating(appointment, template="page_rated")
        grade = self._read_grade(params) or int(rating.rating)
        return self._render_rating(appointment, grade=grade, comment=rating.feedback or "")

    @http.route(
        "/booking/appointment/<string:token>/rating",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        max_content_length=64 * 1024,
    )
    def rate(self, token, **params):
        appointment = self._find_to_rate(token)
        params = self._get_params(params)
        page = f"/booking/appointment/{token}/rating"
        if params.get("survey"):
            url = appointment._start_survey()
            # The faces are there where the survey was closed meanwhile.
            return request.redirect(url, code=303) if url else self._go(f"{page}?faces=1")
        grade, comment = self._read_grade(params), params.get("comment", "")
        if not grade:
            return self._render_rating(appointment, comment=comment, error="no_grade", status=422)
        if len(comment) > LONGEST_COMMENT:
            return self._render_rating(appointment, grade=grade, comment=comment, error="long", status=422)
        if not self._may("rating", appointment.id):
            response = self._render_rating(appointment, grade=grade, comment=comment, error="often", status=429)
            return self._retry_after(response, "rating")
        appointment._rate(grade, comment)
        return self._go(page)

    @http.route(
        "/booking/appointment/<string:token>/rating/decline",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
    )
    def decline(self, token, **params):
        """Never ask this person again."""
        appointment = self._find_to_rate(token)
        appointment._decline_surveys()
        return self._go(f"/booking/appointment/{token}/rating")

    @http.route(
        "/booking/appointment/<string:token>/rating/decline",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def decline_by_link(self, token, **params):
        """Where a reload leads: back to the page that asks."""
        return self._go(f"/booking/appointment/{token}/rating")

    def _find_to_rate(self, token):
        """Return the appointment of a link, or stop with a page that says why it cannot be rated."""
        appointment = self._journey()._find_appointment(token)
        if not appointment or appointment.state == "hold" or not appointment.type_id or not appointment._is_asked():
            self._stop("page_appointment_unknown", {}, 404, private=True)
        if obstacle := appointment._find_rating_obstacle():
            values = {"appointment": appointment, "booking_type": appointment.type_id, "obstacle": obstacle}
            self._stop("page_rating_refused", values, REFUSALS[obstacle], private=True)
        return appointment

    def _read_grade(self, params):
        value = params.get("rate", "")
        return int(value) if value in map(str, GRADES) else None

    def _render_rating(self, appointment, template="page_rating", status=200, **values):
        rating = appointment._get_rating()
        grades = appointment._get_grades()
        answered = round(rating.rating) if rating else 0
        values = {
            "appointment": appointment,
            "booking_type": appointment.type_id,
            "page_url": f"{appointment.access_url}/rating",
            "grades": grades,
            "answered": next((grade for grade in grades if grade[0] == answered), None),
            "rating": rating,
            "until": self._tell_rating_end(appointment),
            "longest": LONGEST_COMMENT,
            "grade": None,
            "comment": "",
            "error": None,
            **values,
        }
        return self._render(template, values, status, private=True)

    def _tell_rating_end(self, appointment):
        wording = self._journey()._wording_of(appointment._get_booker_tz())
        return wording.full_day(wording.local(appointment._get_rating_end()).date())
