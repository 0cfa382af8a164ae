"""The examples in the engine's docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

from odoo.addons.appointment_booking import engine

MODULES = [engine.__name__, *(f"{engine.__name__}.{module.name}" for module in pkgutil.iter_modules(engine.__path__))]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted
    assert not result.failed


def test_engine_is_independent_of_odoo():
    """The engine imports nothing but itself and the standard library."""
    for path in importlib.resources.files(engine).iterdir():
        if path.name.endswith(".py"):
            assert "import odoo" not in (source := path.read_text()), path
            assert "from odoo" not in source, path
