"""What can go wrong with a provider of video rooms: one family, so that who asks need not know whom.

The text of an error is for the log and for administrators: it names the provider's words and never a secret.
"""


class ProviderError(Exception):
    """No room, or no change of it: the argument says why."""

    #: whether asking again without a change of the settings or of the meeting can help
    may_pass = False
    #: whether it concerns all rooms of the account: others need not be tried right now
    is_down = False
    #: names the kind of error where it is kept
    code = "error"


class CredentialsRefused(ProviderError):
    """The account is not (or no longer) let in, or may not do this."""

    is_down = True
    code = "credentials"

    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


class RateLimited(ProviderError):
    """The provider wants to be left alone for ``retry_after`` seconds, or for a while when that is ``None``."""

    may_pass = True
    is_down = True
    code = "rate"

    def __init__(self, message, retry_after=None):
        super().__init__(message)
        self.retry_after = retry_after


class RequestRefused(ProviderError):
    """The provider understood, and does not want to: asking the same again is of no use."""

    code = "refused"

    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


class Unreachable(ProviderError):
    """Nobody answered in time, or not in a way that makes sense: it is unknown whether something was done."""

    may_pass = True
    is_down = True
    code = "unreachable"


class NotReadyYet(Unreachable):
    """The provider is at work on this room, and has not finished."""

    is_down = False


class RoomGone(ProviderError):
    """The provider no longer knows the room."""

    code = "gone"
