from . import business_meeting_slot_bulk
from . import business_meeting_slot_close
from . import business_meeting_space_bulk
from . import business_meeting_space_remove
from . import business_meeting_preview
from . import business_meeting_desk
from . import business_meeting_export
