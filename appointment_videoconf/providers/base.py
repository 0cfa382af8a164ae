"""What all providers of video rooms have in common: pure Python, no Odoo.

An adapter turns four wishes into whatever its provider offers. All of them may be made again when it is not known
whether the provider heard them: the adapter sees to it that this makes no second room. What cannot be had raises a
:class:`~.errors.ProviderError`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True)
class Meeting:
    """For whom and when a room is wanted.

    :ivar reference: tells this meeting from all others, for ever: letters, digits and hyphens, at most 64
    :ivar subject: one line; the provider's participants may read it
    :ivar start: aware, in UTC; so is ``stop``
    :ivar zone: name of the zone (IANA) whose clock the organiser reads
    :ivar asked_before: whether the provider may have heard the wish for this room already
    """

    reference: str
    subject: str
    start: datetime
    stop: datetime
    zone: str = "UTC"
    organiser_name: str = ""
    organiser_email: str = ""
    asked_before: bool = False

    def __post_init__(self):
        if self.start.utcoffset() is None or self.stop.utcoffset() is None:
            raise ValueError("A meeting starts and stops at instants, not on a clock.")
        object.__setattr__(self, "subject", " ".join(self.subject.split())[:200])

    @property
    def minutes(self):
        """How long it lasts, rounded up: at least 1."""
        return max(1, -int((self.start - self.stop).total_seconds() // 60))


@dataclass(frozen=True)
class Room:
    """A room as its provider knows it.

    :ivar address: https address for everybody; of a provider that :attr:`Provider.joins_at_click`, not enough to enter
    :ivar external_id: by which the provider finds it again
    :ivar details: what the adapter wants to know later, as a dict of JSON; never a secret of the account
    """

    address: str
    external_id: str = ""
    details: Mapping = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Account:
    """How a provider is reached. Each adapter says in its docstring what it takes from here."""

    base_url: str = ""
    auth_url: str = ""
    account_id: str = ""
    client_id: str = ""
    key_id: str = ""
    host: str = ""
    link: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Timing:
    """Seconds to wait, and how often a request that was certainly not heard is repeated at once."""

    connect: float = 5
    read: float = 15
    total: float = 40
    retries: int = 2
    backoff: float = 0.3


class Provider(ABC):
    """One account with one provider. Objects may be kept for some calls in a row; they remember an access token."""

    #: as stored on ``videoconf.provider``
    kind = ""
    #: whether making, changing and removing a room asks nobody, so that it can be done at once
    is_offline = False
    #: whether a room is entered by an address that is made for each person when they enter
    joins_at_click = False

    def __init__(self, account, timing=Timing()):  # noqa: B008 (frozen)
        self.account = account
        self.timing = timing

    def __repr__(self):
        return f"<{type(self).__name__} {self.account.base_url}>"

    @abstractmethod
    def create(self, meeting: Meeting) -> Room:  # pylint: disable=method-required-super
        """Return the room of a meeting: the one that is there, or a new one."""

    @abstractmethod
    def update(self, room: Room, meeting: Meeting) -> Room:
        """Tell the provider what the meeting is like now; return the room, whose address may be another one.

        :raise RoomGone: when the provider no longer knows it
        """

    @abstractmethod
    def delete(self, room: Room) -> None:
        """Give the room back.

        :raise RoomGone: when the provider no longer knows it, which is as good
        """

    def find(self, meeting: Meeting) -> Room | None:
        """Return the room that a wish made of which no answer arrived, if there is one: to give it back."""
        return None

    def join_address(self, room: Room, meeting: Meeting, person: str, is_organiser: bool) -> str:
        """Return where a person enters now.

        :param person: the name that the others in the room read
        :param is_organiser: whether they lead the meeting
        """
        return room.address

    @abstractmethod
    def check(self) -> None:
        """Try whether the account can make rooms, and leave nothing behind."""
