from odoo import api, fields, models
from odoo.tools.mimetypes import guess_mimetype

from .booking_question_limits import MAX_FORM_FILES, WrongAnswer


class BookingAppointment(models.Model):
    """What is known of a form before it is sent as a whole: what a link filled in, and the files that came already.

    A file that was chosen must not be chosen again because another answer was wrong. So files are kept with the held
    appointment as answers of their own, and go with it when the slot is given back.
    """

    _inherit = "booking.appointment"

    prefill = fields.Json(
        copy=False,
        readonly=True,
        groups="base.group_system",
        help="What the link that led here fills into the form.",
    )

    def _get_questions(self):
        """Return the questions that are asked for the reason of this appointment."""
        self.ensure_one()
        return self.type_id.question_ids._applying(self.reason_id)

    def _get_file_answers(self):
        return self.answer_ids.filtered(lambda answer: answer.kind == "file")

    def _get_kept_files(self):
        """Return ``{question id: ir.attachment}`` of the files that are here already."""
        self.ensure_one()
        asked = self._get_questions().filtered(lambda question: question.kind == "file")
        kept = dict.fromkeys(asked.ids, self.env["ir.attachment"])
        for answer in self._get_file_answers():
            if answer.question_id.id in kept:
                kept[answer.question_id.id] |= answer.attachment_ids.sorted("id")
        return kept

    def _keep_files(self, sent, dropped=()):
        """Keep the files that came with a form, and drop those that the booker takes back.

        :param sent: ``{question id: [(name, bytes)]}``
        :param dropped: ids of kept attachments; those that are no files of this form are left alone
        :return: ``{question id: message}`` of what cannot be kept
        """
        self.ensure_one()
        kept = self._get_kept_files()
        questions = self._get_questions().filtered(lambda question: question.kind == "file")
        errors, fresh = {}, {}
        for question in questions:
            try:
                fresh[question] = self._read_files(question, sent.get(question.id, ()))
            except WrongAnswer as wrong:
                errors[question.id] = str(wrong)
        stays = {
            question: kept[question.id].filtered(lambda file: file.id not in dropped)
            if not (fresh.get(question) and question.file_max_count == 1)
            else kept[question.id].browse()
            for question in questions
        }
        for question, files in fresh.items():
            if len(stays[question]) + len(files) > question.file_max_count:
                errors[question.id] = self._tell_too_many(question)
                fresh[question] = []
        total = sum(file.file_size for files in stays.values() for file in files)
        total += sum(len(content) for files in fresh.values() for _file, content in files)
        if total > MAX_FORM_FILES:
            for question in [question for question, files in fresh.items() if files]:
                errors[question.id] = self.env._("Your files are too big together. Send smaller ones.")
            fresh = {}
        for question in questions:
            if question.id in errors:
                # What was kept before stays: only what the booker took back goes.
                stays[question] = kept[question.id].filtered(lambda file: file.id not in dropped)
            self._write_files(question, kept[question.id] - stays[question], stays[question], fresh.get(question, ()))
        return errors

    @api.model
    def _read_files(self, question, sent):
        """Return ``[(uploads.File, bytes)]`` of what was sent; raise :class:`WrongAnswer` with what to mend."""
        return [
            (question._check_file(name, content, guess_mimetype(content) if content else ""), content)
            for name, content in sent
        ]

    @api.model
    def _find_wrong_file(self, question, sent):
        """Return why files cannot be kept, or nothing when they can."""
        try:
            self._read_files(question, sent)
        except WrongAnswer as wrong:
            return str(wrong)
        return self._tell_too_many(question) if len(sent) > question.file_max_count else None

    def _tell_too_many(self, question):
        if question.file_max_count == 1:
            return self.env._("Send one file for “%s”.", question.name)
        return self.env._(
            "Send at most %(count)s files for “%(question)s”.", count=question.file_max_count, question=question.name
        )

    def _write_files(self, question, gone, stays, fresh):
        """Store new files of a question and delete others.

        :param fresh: ``[(uploads.File, bytes)]``
        """
        if not gone and not fresh:
            return
        # As they came: hostile pictures are not opened here.
        files = self.env["ir.attachment"].with_context(image_no_postprocess=True)
        files = files.create(
            [
                {
                    "name": file.name,
                    "raw": content,
                    "mimetype": file.mimetype,
                    "res_model": self._name,
                    "res_id": self.id,
                    "company_id": self.company_id.id,
                }
                for file, content in fresh
            ]
        )
        answers = self._get_file_answers().filtered(lambda answer: answer.question_id == question)
        if not stays and not files:
            answers.unlink()
        elif answers:
            answers[0].attachment_ids = stays | files
        else:
            values = question._get_answer_values(False)
            self.env["booking.answer"].create(
                {**values, "appointment_id": self.id, "attachment_ids": [fields.Command.set(files.ids)]}
            )
        gone.unlink()

    # When a slot is exchanged for another one, the files go along

    def _take_files(self, type_id):
        """Take the files out of holds that are about to go.

        :param type_id: of the hold that comes in their place: what was sent for another form goes
        :return: values of ``booking.answer``, for :meth:`_give_files`
        """
        answers = self.filtered(lambda hold: hold.type_id.id == type_id)._get_file_answers().filtered("question_id")
        answers.attachment_ids.res_id = 0
        return [
            answer.question_id._get_answer_values(False)
            | {"attachment_ids": [fields.Command.set(answer.attachment_ids.ids)]}
            for answer in answers
        ]

    def _give_files(self, taken):
        """Put files that were taken out of another hold into this one; what its form does not ask for goes."""
        asked = self._get_questions()
        for values in taken:
            files = self.env["ir.attachment"].browse(values["attachment_ids"][0][2])
            if values["question_id"] in asked.ids:
                files.res_id = self.id
                self.env["booking.answer"].create(dict(values, appointment_id=self.id))
            else:
                files.unlink()

    def _confirm(self, booker, answers):
        """Confirm a hold; files of questions that are not asked any more go."""
        held = self._is_held()
        result = super()._confirm(booker, answers)
        if held:
            asked = self._get_questions()
            stray = self._get_file_answers().filtered(lambda answer: answer.question_id not in asked)
            stray.attachment_ids.unlink()
            stray.unlink()
        return result

    @api.model
    def _get_today(self, tz):
        """Return the date on a clock."""
        return self.env["booking.journey"]._wording_of(tz).local(fields.Datetime.now()).date()
