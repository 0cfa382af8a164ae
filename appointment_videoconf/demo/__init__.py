from . import videoconf_demo
