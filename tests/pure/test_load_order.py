"""What Odoo checks when an addon is updated, and not when it is installed: that what is called is there already."""

import ast
import re

import pytest

from house import places, runner


def load_order(addon):
    """Yield ``(file, its text)`` in the order in which Odoo loads them."""
    manifest = ast.literal_eval((places.PROJECT / addon / "__manifest__.py").read_text())
    for name in manifest.get("data", []):
        if name.endswith(".xml"):
            yield name, (places.PROJECT / addon / name).read_text()


@pytest.mark.parametrize("addon", runner.own_modules())
def test_templates_come_before_the_mails_that_call_them(addon):
    """A60, X07: an older database can be updated: Odoo renders a new mail template as soon as it is loaded."""
    defined = set()
    for name, text in load_order(addon):
        if 'model="mail.template"' in text:
            called = set(re.findall(rf't-call="{addon}\.(\w+)"', text))
            assert called <= defined, f"{name} calls {sorted(called - defined)} before they are loaded"
        defined |= set(re.findall(r'<template\s[^>]*?\bid="(\w+)"', text))
