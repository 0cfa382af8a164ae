from . import videoconf_room
from . import videoconf_guest
from . import videoconf_staff
from . import videoconf_picture
