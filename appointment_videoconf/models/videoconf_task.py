from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class VideoconfTask(models.Model):
    """What the organiser has to do for a conference: hold it, or what comes of it.

    Activities of Odoo end when they are done; a task stays, in its state, with minutes and documents, in the history
    of the contacts it is about. While it waits it has an activity, so that it is among the organiser's activities.
    """

    _name = "videoconf.task"
    _description = "Task of a Video Conference"
    _inherit = ["booking.guarded", "mail.thread", "mail.activity.mixin"]
    _order = "deadline desc, id desc"

    name = fields.Char(required=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True,
        default="waiting",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    deadline = fields.Datetime(string="Date and hour")
    contact_ids = fields.Many2many("res.partner", string="About")
    note = fields.Html()
    conference_id = fields.Many2one(
        "videoconf.conference", string="Video conference", index="btree_not_null", ondelete="cascade"
    )
    is_meeting = fields.Boolean(
        compute="_compute_is_meeting", help="The task is to hold the conference; others follow from it."
    )
    conference_state = fields.Selection(related="conference_id.state", string="State of the conference")
    minutes = fields.Html(related="conference_id.minutes", readonly=False)

    @api.depends("conference_id.task_id")
    def _compute_is_meeting(self):
        for task in self:
            task.is_meeting = bool(task.conference_id) and task.conference_id.sudo().task_id == task._origin

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        if not self.env.su:
            tasks.conference_id.check_access("read")
        for task in tasks:
            task._plan_activity()
        return tasks

    def write(self, vals):
        if not self.env.su and {"state", "conference_id", "company_id"} & vals.keys():
            raise UserError(self.env._("Use the buttons of the task."))
        result = super().write(vals)
        if {"deadline", "user_id", "name"} & vals.keys():
            for task in self:
                task._plan_activity()
        return result

    def _plan_activity(self):
        """Let the task be among the activities of whoever has it, while it waits."""
        task = self.sudo()
        task.activity_ids.with_context(videoconf_following=True).unlink()
        if task.state == "waiting":
            deadline = task.deadline and fields.Datetime.context_timestamp(
                task.with_context(tz=task.user_id.tz or "UTC"), task.deadline
            )
            task.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=deadline and deadline.date(),
                summary=task.name,
                user_id=task.user_id.id,
            )

    def _follow_conference(self):
        for task in self:
            task.deadline = task.conference_id.start

    def _end(self, state):
        """End tasks that wait, with all rights."""
        for task in self.filtered(lambda task: task.state == "waiting"):
            task.state = state
            task.with_context(videoconf_following=True).activity_ids.unlink()

    def action_done(self):
        """It is done; the conference itself, too, if the task was to hold it."""
        self.check_access("write")
        meetings = self.filtered("is_meeting").conference_id.filtered(lambda c: c.state == "planned")
        if meetings:
            meetings.action_done()
        self.sudo()._end("done")

    def action_cancel(self):
        """It is not to be done any more; a conference is cancelled where the guests are told."""
        self.check_access("write")
        if any(task.is_meeting and task.conference_state == "planned" for task in self):
            raise UserError(self.env._("Cancel the video conference: its guests are told, and the task follows."))
        self.sudo()._end("cancelled")

    def action_reopen(self):
        self.check_access("write")
        if any(task.is_meeting and task.conference_state != "planned" for task in self):
            raise UserError(self.env._("The video conference is over. Write down another task instead."))
        for task in self.sudo().filtered(lambda task: task.state != "waiting"):
            task.state = "waiting"
            task._plan_activity()

    def action_join(self):
        self.ensure_one()
        self.check_access("read")
        return self.conference_id.action_join()

    def action_next_conference(self):
        self.ensure_one()
        self.check_access("read")
        return self.conference_id.action_next_conference()

    def action_next_task(self):
        self.ensure_one()
        self.check_access("read")
        return self.conference_id.action_next_task()


class VideoconfConference(models.Model):
    _inherit = "videoconf.conference"

    def _add_task(self):
        """Give the organiser the task to hold the conference."""
        for conference in self:
            conference.task_id = self.env["videoconf.task"].create(
                {
                    "name": conference.subject,
                    "user_id": conference.user_id.id,
                    "company_id": conference.company_id.id,
                    "deadline": conference.start,
                    "conference_id": conference.id,
                    "contact_ids": [Command.set(conference.guest_ids.partner_id.ids)],
                }
            )


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Whoever ends the activity of a task has done the task."""
        ours = self.filtered(lambda activity: activity.res_model == "videoconf.task")
        tasks = self.env["videoconf.task"].browse(ours.mapped("res_id")).exists()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        for task in tasks.filtered(lambda task: task.state == "waiting"):
            if not task.is_meeting or task.conference_id.has_begun:
                task.action_done()
        return result
