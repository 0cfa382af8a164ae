"""Finding what people mean when they type."""

import unicodedata


def fold(text):
    """Return a text without what people leave out when they search: ``"Crédit Œuvre"`` is ``"credit œuvre"``."""
    decomposed = unicodedata.normalize("NFKD", text or "")
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


def matches(search, texts):
    """Tell whether each word of a search is somewhere in the texts, whatever its case and accents."""
    haystack = " ".join(fold(text) for text in texts)
    return all(word in haystack for word in fold(search).split())
