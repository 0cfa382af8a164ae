"""Every term of the addons can be translated, and is in French."""

import io
import re
from collections import Counter

import polib
import pytest

from house import places, runner

# What a translation must carry over unchanged: mark-up, expressions of templates, and places for values.
MARK_UP = re.compile(r"<[^>]*>|\{\{.*?\}\}|%\([a-z_]+\)[sd]|%[sd%]")
# What mark-up says to people may change, the rest of it not.
SPOKEN = re.compile(r"\b(aria-label|alt|placeholder|title)=\"[^\"]*\"")
# In French a space that does not break stands before and inside these; a plain one lets them start a line.
PLAIN_SPACES = re.compile(r"[ \n][:;?!»](?=\s|$)|«[ \n]")
# One word for one thing: e-mail.
OTHER_WORDS = re.compile(r"(?i)\bcourriels?\b|(?<!e-)\be?mails?\b")

# Where the wording of a choice is found, as Odoo exports it.
CHOICE = "model:ir.model.fields.selection,"

LANGUAGES = ("en_US", "fr_FR")


@pytest.fixture(scope="module")
def env():
    """The environment of the suite's own database: without demo data, with English and French."""
    from odoo import api
    from odoo.modules.registry import Registry
    from odoo.tests.common import get_db_name

    with Registry(get_db_name()).cursor(readonly=True) as cursor:
        yield api.Environment(cursor, api.SUPERUSER_ID, {})


@pytest.fixture(scope="module")
def exported(env):
    """``{addon: terms}``, as Odoo exports them."""
    from odoo.tools.translate import trans_export

    terms = {}
    for addon in runner.own_modules():
        buffer = io.BytesIO()
        trans_export(None, [addon], buffer, "po", env)
        terms[addon] = polib.pofile(buffer.getvalue().decode())
    return terms


@pytest.mark.parametrize("addon", runner.own_modules())
def test_template_has_every_term(exported, addon):
    """X05: the template for translators has the terms of the addon, all of them and no other."""
    template = _committed(addon, f"{addon}.pot")
    wanted, found = ({entry.msgid for entry in terms} for terms in (exported[addon], template))
    assert not wanted - found, f"Missing: {sorted(wanted - found)}"
    assert not found - wanted, f"No longer in the addon: {sorted(found - wanted)}"
    assert not [entry.msgid for entry in template if entry.msgstr]


@pytest.mark.parametrize("addon", runner.own_modules())
def test_french_is_complete(exported, addon):
    """X05: each term of the addon has a French translation, which is not in doubt."""
    french = _committed(addon, "fr.po")
    translated = {entry.msgid for entry in french.translated_entries() if not entry.fuzzy}
    wanted = {entry.msgid for entry in exported[addon]}
    assert not wanted - translated, f"Not translated: {sorted(wanted - translated)}"
    assert not translated - wanted, f"No longer in the addon: {sorted(translated - wanted)}"
    assert not french.obsolete_entries()


@pytest.mark.parametrize("addon", runner.own_modules())
def test_french_keeps_mark_up(addon):
    """X05: a translation has the mark-up and the places for values of its term, nothing more and nothing less."""
    for entry in _committed(addon, "fr.po"):
        assert _mark_up(entry.msgstr) == _mark_up(entry.msgid), entry.msgid


@pytest.mark.parametrize("addon", runner.own_modules())
def test_french_typography(addon):
    """X05: French is written with its apostrophes, its quotation marks, and the spaces that go with them."""
    for entry in _committed(addon, "fr.po"):
        text = MARK_UP.sub("", entry.msgstr)
        assert not re.search(r"['\"“”]", text), entry.msgstr
        assert not PLAIN_SPACES.search(text), entry.msgstr
        assert not OTHER_WORDS.search(text), entry.msgstr


def test_choices_are_in_french(env):
    """X05: the choices of a field are in the reader's language, also where they are taken from another field."""
    entries = [entry for addon in runner.own_modules() for entry in _committed(addon, "fr.po")]
    # Where addons differ about a word, as "Partner" of a fair and of a contact, what is said of choices counts.
    entries.sort(key=lambda entry: any(place.startswith(CHOICE) for place, _line in entry.occurrences))
    french = {entry.msgid: entry.msgstr for entry in entries}
    choices = [
        field
        for model in env.values()
        for field in model._fields.values()
        if field.type == "selection" and field._module in runner.own_modules()
    ]
    for field in choices:
        wording, translated = (field._description_selection(env(context={"lang": lang})) for lang in LANGUAGES)
        for (_value, english), (_same, label) in zip(wording, translated, strict=True):
            assert label == french.get(english, label), field


def _committed(addon, name):
    """The terms of a file of the addon; none where the addon has none yet."""
    path = places.PROJECT / addon / "i18n" / name
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def _mark_up(text):
    return Counter(SPOKEN.sub(r"\1", piece) for piece in MARK_UP.findall(text))
