from . import videoconf_guest_picker
from . import videoconf_organise
from . import videoconf_invite
from . import videoconf_consent_note
