import re
from dataclasses import replace

from odoo import http
from odoo.http import request

from ..models.booking_question_limits import MAX_FORM_FILES
from .booking_page import QUESTION
from .booking_sender import BookingSender

FORM_BYTES = 256 * 1024
# Files that are too big are read to the end and refused beside their field; beyond this a page says so alone.
FILE_FORM_BYTES = 2 * MAX_FORM_FILES
PATH = re.compile(r"/hold/([A-Za-z0-9_-]{43})(?:/|$)|/booking/(?:embed/)?([^/\x00]{1,200})/(?:hold|form)$")
OPTION = re.compile(r"q_([0-9]{1,9})_([0-9]{1,9})")
DROPPED = re.compile(r"q_[0-9]{1,9}_drop_([0-9]{1,9})")


class BookingForm(BookingSender):
    """The fields of a form: what is shown in them, and what a request says of them."""

    # Reading

    def _get_typed(self, params):
        """Return ``{question id: what was typed}``; of several boxes, the ids of the options with commas between."""
        typed = super()._get_typed(params)
        ticked = {}
        for key in params:
            if match := OPTION.fullmatch(key):
                ticked.setdefault(int(match[1]), []).append(match[2])
        return typed | {question_id: ",".join(options) for question_id, options in ticked.items()}

    def _is_too_long(self, params):
        """Tell whether the words of a form are more than a form can hold; files are counted elsewhere."""
        return sum(len(key) + len(value) for key, value in params.items()) > FORM_BYTES

    def _get_sent_files(self):
        """Return ``{question id: [(name, bytes)]}`` of the files that came along."""
        sent = {}
        for key, file in request.httprequest.files.items(multi=True):
            # A file field that was left empty comes as a file without a name.
            if QUESTION.fullmatch(key) and file.filename:
                sent.setdefault(int(key[2:]), []).append((file.filename, file.read()))
        return sent

    def _keep_files(self, hold, params):
        """Keep the files that came along with the hold, whatever else is wrong with the form.

        :return: ``{question id: message}``
        """
        dropped = {int(match[1]) for key in params if (match := DROPPED.fullmatch(key))}
        sent = self._get_sent_files() if request.httprequest.files else {}
        if not sent and not dropped:
            return {}
        if sent and not self._may("upload", self._get_address()):
            message = request.env._("Too many files came from your network. Try again in ten minutes.")
            return dict.fromkeys(sent.keys() & set(hold._get_questions().ids), message)
        return hold._keep_files(sent, dropped)

    def _get_form_bytes(self):
        """Return how much may be sent to a form: more where it asks for files."""
        match = PATH.search(request.httprequest.path)
        booking_type = request.env["booking.type"].sudo()
        if match and match[1]:
            booking_type = self._journey()._find_appointment(match[1]).type_id
        elif match:
            booking_type = booking_type._find_by_slug(match[2])[0]
        return FILE_FORM_BYTES if "file" in booking_type.question_ids.mapped("kind") else FORM_BYTES

    # What is known beforehand

    def _get_known(self):
        """Return what the account of who is signed in tells, by role."""
        user = request.env.user
        if user._is_public():
            return {}
        first_name, _space, last_name = (user.name or "").strip().partition(" ")
        # With its country code: the form may stand in another country than the account.
        phone = user.partner_id._phone_format(fname="phone", force_format="INTERNATIONAL") or user.phone
        return {"first_name": first_name, "last_name": last_name, "email": user.email, "phone": phone}

    # Showing

    def _get_fields(self, questions, typed, errors, *, locked=(), kept=None, today=None):
        """Return the form's fields, each with what was typed and what is wrong with it.

        :param locked: ids of questions whose answer cannot be changed
        :param kept: ``{question id: ir.attachment}`` of the files that are here already
        """
        return [
            self._get_field(question, typed, errors, question.id in locked, (kept or {}).get(question.id), today)
            for question in questions
            if question.kind != "hidden"
        ]

    def _get_field(self, question, typed, errors, locked, kept, today):
        text, number = typed.get(question.id, ""), f"q_{question.id}"
        chosen = set(text.split(","))
        options = [
            {
                "id": f"{number}_{option.id}",
                "value": str(option.id),
                "name": option.name,
                "chosen": str(option.id) in chosen,
            }
            for option in question.option_ids
        ]
        # Where a link in the summary of errors leads: the first thing that can be filled in.
        is_group = options and question.kind in ("radio", "checkboxes") and not locked
        field = {
            "id": number,
            "focus": options[0]["id"] if is_group else number,
            "question": question,
            "attributes": question._get_field(today),
            "required": question._is_required(),
            "value": text,
            "options": options,
            "locked": locked,
            "error": errors.get(question.id),
        }
        if locked:
            field["shown"] = question._tell_typed(text)
        if question.kind == "file":
            field |= {
                "files": [{"id": file.id, "name": file.name, "label": self._tell_file(file)} for file in kept or ()],
                "accepted": question._tell_accepted(),
                "too_big": request.env._("A file may have %s MB here. Choose a smaller one.", question.file_max_mb),
            }
        return field

    def _tell_file(self, file):
        """Return the name and the size of a file, ``pay slip.pdf, 120 kB``."""
        size = request.env["booking.answer"]._tell_size(file.file_size)
        return request.env._("%(file)s, %(size)s", file=file.name, size=size)

    # Trying

    @http.route(
        "/booking/<string:slug>/form",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        website=True,
        sitemap=False,
        csrf=False,
        max_content_length=lambda self: self._get_form_bytes(),
    )
    def try_form(self, slug, **params):
        """Show the form of a type to those who may change it; what they send is checked, and nothing is kept."""
        booking_type, _moved = self._find_type(slug)
        if not self._may_preview(booking_type):
            self._stop("page_type_not_found", {}, 404)
        params = self._get_params(params)
        choices = self._read_choices(booking_type, params)
        reason = choices.reason or choices.reasons[:1]
        questions = booking_type.question_ids._applying(reason)
        today = request.env["booking.appointment"]._get_today(booking_type.tz)
        country = booking_type.agency_ids[:1].country_id or booking_type.company_id.country_id
        prefilled = questions._get_prefilled(dict(choices.prefill))
        locked = questions._get_locked(prefilled, country, today)
        typed, errors, sent = prefilled, {}, request.httprequest.method == "POST"
        if sent:
            if not self._is_own_page(params):
                return self._render(
                    "page_open_too_long", {"booking_type": booking_type, "url": f"/booking/{slug}/form"}, 400
                )
            typed = questions._take_locked(self._get_typed(params), prefilled, locked, country, today)
            files, wrong_files = self._try_files(questions)
            _booker, _answers, errors = questions._read_answers(typed, country, today=today, with_files=files)
            errors |= wrong_files
        values = {
            "booking_type": booking_type,
            "choices": replace(choices, reason=reason),
            "reasons": booking_type.reason_ids,
            "fields": self._get_fields(questions, typed, errors, locked=locked, today=today),
            "is_right": sent and not errors,
        }
        return self._render("page_try_form", values, 422 if errors else 200, private=True)

    def _try_files(self, questions):
        """Return ``(ids of questions whose files could be kept, {question id: message})``."""
        hold = request.env["booking.appointment"].sudo()
        sent = self._get_sent_files()
        errors = {}
        for question in questions.filtered(lambda question: sent.get(question.id)):
            if message := hold._find_wrong_file(question, sent[question.id]):
                errors[question.id] = message
        return sent.keys() - errors.keys(), errors

    # Too much at once

    @http.route(max_content_length=lambda self: self._get_form_bytes())
    def hold(self, slug, **params):
        """Hold a slot, also with a form that was filled in for another hold, files included."""
        if self._is_too_long(self._get_params(params)):
            return self._render_too_much()
        return super().hold(slug, **params)

    def _render_too_much(self):
        return self._render("page_too_much", {"url": request.httprequest.path}, 413, private=True)
