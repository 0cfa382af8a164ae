"""Rooms for video conferences, made on demand by their providers: pure Python, imports nothing of Odoo.

One adapter for each provider (:data:`KINDS`), all with the interface :class:`Provider`.
"""

from .base import Account, Meeting, Provider, Room, Timing
from .errors import CredentialsRefused, NotReadyYet, ProviderError, RateLimited, RequestRefused, RoomGone, Unreachable
from .bigbluebutton import BigBlueButton
from .google_meet import GoogleMeet
from .jitsi import Jitsi
from .personal import PersonalLink
from .teams import Teams
from .zoom import Zoom

KINDS = {adapter.kind: adapter for adapter in (Jitsi, BigBlueButton, Zoom, Teams, GoogleMeet, PersonalLink)}
