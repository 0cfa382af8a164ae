from odoo import api, fields, models

# What tells that somebody has an e-mail before them.
READING = ("open", "click")
# What of it is written down about who agreed: the hour, and nothing of where and with what they read.
NOTED = ("recipient", "timestamp", "time", "date")
# The administrator's switch of ``mail_tracking``: no picture in the e-mails of this database.
NO_PICTURES = "mail_tracking.tracking_img_disabled"
# Noted where ``mail_tracking`` was there before us and we have switched its picture off.
FOUND = "appointment_videoconf.found_mail_tracking"


class MailTrackingEmail(models.Model):
    """What the OCA's ``mail_tracking`` knows of an e-mail to a guest of a video conference: opened only if they agree.

    Consent is asked for when the e-mail leaves, and once more when its picture is fetched: it may be withdrawn between.
    """

    _inherit = "mail.tracking.email"

    videoconf_message_id = fields.Many2one(
        "videoconf.message",
        string="Message about a video conference",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    # This table grows with each e-mail: without these, each e-mail that leaves the queue, and each contact that is
    # forgotten, would have all of it read.
    _videoconf_mail_index = models.Index("(mail_id) WHERE mail_id IS NOT NULL")
    _videoconf_partner_index = models.Index("(partner_id) WHERE partner_id IS NOT NULL")

    def _may_note_opening(self):
        """Tell whether it may be noted that this e-mail is opened; ``None`` where it is not ours to say."""
        self.ensure_one()
        tracking = self.sudo()
        if tracking.videoconf_message_id:
            return tracking.videoconf_message_id._may_note_opening()
        message = tracking.mail_message_id
        if message.model != "videoconf.conference":
            return None
        # What somebody writes to guests by hand is no invitation, and only of invitations it was asked.
        guests = self.env["videoconf.guest"].sudo().search([("conference_id", "=", message.res_id)]).partner_id
        address = tracking.recipient_address
        is_guest = tracking.partner_id in guests or (address and address in guests.mapped("email_normalized"))
        return False if is_guest else None

    def _event_prepare(self, event_type, metadata):
        """Write down nothing of guests who do not agree, and tell the organiser of those who do."""
        if event_type not in READING:
            return super()._event_prepare(event_type, metadata)
        may_note = self._may_note_opening()
        if may_note is None:
            return super()._event_prepare(event_type, metadata)
        if not may_note:
            return False
        values = super()._event_prepare(event_type, {name: metadata[name] for name in NOTED if name in metadata})
        self.sudo().videoconf_message_id.guest_id._open()
        return values

    @api.model
    def _keep_from_tracking_everybody(self):
        """Switch the picture off for the e-mails of the database, unless somebody was using ``mail_tracking`` before.

        Video conferences bring that addon along, and it would put a picture into each e-mail to anybody.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.search_count([("key", "=", NO_PICTURES)], limit=1):
            return
        demo = self.env["ir.model.data"].sudo().search([("model", "=", self._name), ("module", "=", "mail_tracking")])
        if not self.sudo().search_count([("id", "not in", demo.mapped("res_id"))], limit=1):
            parameters.set_param(NO_PICTURES, "True")
            if "mail_tracking" not in self.env.registry.updated_modules:
                parameters.set_param(FOUND, "True")

    @api.model
    def _leave_as_found(self):
        """Give ``mail_tracking`` back its default where it was there before us.

        Where it came with us, the picture stays off: nobody has ever wished for it, and it must not appear because
        video conferences leave.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        if found := parameters.search([("key", "=", FOUND)]):
            (found | parameters.search([("key", "=", NO_PICTURES), ("value", "=", "True")])).unlink()


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _tracking_email_prepare(self, email):
        """Connect what is tracked with the message to a guest that leaves."""
        values = super()._tracking_email_prepare(email)
        if self.model == "videoconf.conference":
            message = self.env["videoconf.message"].sudo()
            message = message.search([("mail_notification_id.mail_mail_id", "=", self.id)], limit=1)
            if message:
                values |= {"videoconf_message_id": message.id, "partner_id": message.guest_id.partner_id.id}
        return values


class MailMessage(models.Model):
    _inherit = "mail.message"

    def tracking_status(self):
        """Say of guests of video conferences that they have probably opened it: a program may have, by itself."""
        statuses = super().tracking_status()
        if self.model == "videoconf.conference":
            for status in statuses:
                if status["status"] == "opened":
                    status["status_human"] = self.env._("Status: probably opened")
        return statuses


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def _tracking_img_disabled(self, tracking_email_id):
        """Leave the picture in e-mails to guests who agreed to it, and in no others about a video conference.

        For all other e-mails of the database it is as the administrator wishes.
        """
        may_note = self.env["mail.tracking.email"].browse(int(tracking_email_id))._may_note_opening()
        return super()._tracking_img_disabled(tracking_email_id) if may_note is None else not may_note
