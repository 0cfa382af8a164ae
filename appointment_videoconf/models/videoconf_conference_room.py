from odoo import fields, models

from ..providers import ProviderError


class VideoconfConference(models.Model):
    """Where it is held: in a room of a provider, or, where there is none, in the organiser's own room."""

    _name = "videoconf.conference"
    _inherit = ["videoconf.conference", "videoconf.room.owner"]

    videoconf_provider_id = fields.Many2one(readonly=True)
    can_join = fields.Boolean(compute="_compute_can_join", help="Whether there is a room to go to.")

    def _compute_can_join(self):
        for conference in self:
            conference.can_join = bool(conference.id) and conference._can_join()

    def _can_join(self):
        self.ensure_one()
        conference = self.sudo()
        if conference.videoconf_provider_id:
            return bool(conference.videoconf_room_address)
        return bool(conference.user_id.videoconf_link)

    def _get_room_address(self, person_name, is_organiser):
        """Return the address of the room for somebody who goes there now, or nothing while there is none.

        It may ask the provider, so it takes a moment: call it at the click.

        :param person_name: how they are called in the room, where it can be told
        """
        self.ensure_one()
        conference = self.sudo()
        if not conference._can_join():
            return ""
        if not conference.videoconf_provider_id:
            return conference.user_id.videoconf_link
        try:
            return conference.videoconf_room_id._get_join_address(person_name, is_organiser)
        except ProviderError:
            return ""

    def _get_room_values(self):
        """The provider and the others in the room read the subject, unless it is private."""
        self.ensure_one()
        reader = self.with_context(lang=self.user_id.lang or self.env.lang)
        return {
            "title": reader.env._("Video conference %s", self.name) if self.is_private else self.subject,
            "start": self.start,
            "stop": self.stop,
            "tz": self.tz,
            "user_id": self.user_id.id,
            "company_id": self.company_id.id,
        }

    def _on_room_ready(self):
        """The calendar entry leads there; the guests' pages do by themselves."""
        result = super()._on_room_ready()
        self._mirror_in_calendar()
        return result
