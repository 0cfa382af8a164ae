from .addresses import is_meeting_link
from .base import Provider, Room
from .errors import RequestRefused


class PersonalLink(Provider):
    """The organiser's own room, on any platform. Takes ``link``."""

    kind = "personal"
    is_offline = True

    def create(self, meeting):  # pylint: disable=method-required-super
        self.check()
        return Room(self.account.link)

    def update(self, room, meeting):
        return self.create(meeting)

    def delete(self, room):
        """The room stays its owner's."""

    def check(self):
        if not is_meeting_link(self.account.link):
            raise RequestRefused("There is no personal meeting link, or it is not an https address.")
