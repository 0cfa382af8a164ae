"""Lets tests of pure code name it as everybody does, ``odoo.addons.<addon>.engine``, whether Odoo is there or not."""

import importlib.util
import sys
from types import ModuleType

from house import places


def _stand_in(name, folder=None):
    """A package without contents; submodules are found in ``folder``, whose ``__init__`` is not run."""
    module = ModuleType(name)
    module.__path__ = [str(folder)] if folder else []
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)


if "odoo" not in sys.modules and importlib.util.find_spec("odoo") is None:
    _stand_in("odoo")
    _stand_in("odoo.addons")
    for manifest in places.PROJECT.glob("*/__manifest__.py"):
        _stand_in(f"odoo.addons.{manifest.parent.name}", manifest.parent)
