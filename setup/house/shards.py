"""A plugin of pytest: each process of pytest-xdist tests on a database of its own, which ``./setup/test`` has copied.

pytest-odoo would copy the first database once more, and let the processes share its attachments. It recognises such a
process by the variable that is taken away here.
"""

import os

from . import places

CONFIGURATIONS = "APPOINTMENT_TEST_CONFIGURATIONS"

if worker := os.environ.pop("PYTEST_XDIST_WORKER", None):
    number = int(worker.removeprefix("gw"))
    os.environ["ODOO_RC"] = os.environ[CONFIGURATIONS].split(os.pathsep)[number]


def pytest_collection_modifyitems(items: list) -> None:
    """Begin with what takes long, so that all processes end at about the same time."""
    whole, pure = places.PROJECT / "tests", places.PROJECT / "tests" / "pure"
    items.sort(key=lambda item: not item.path.is_relative_to(whole) or item.path.is_relative_to(pure))
