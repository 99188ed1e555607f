"""Names as a font can draw them: what it has no sign for becomes a box, and nothing is code."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

_BOX: Final = "\u25a1"
_NO_TEXT: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They would turn round what comes after the name as well."""


def legible(text: str) -> str:
    """The text in one line and in signs that the font has: Latin, Vietnamese, Greek, Cyrillic and more."""
    signs = font_signs()
    kept = [" " if each.isspace() else each for each in text if _is_drawn(each)]
    # Composed, since a letter and its accent are drawn better as one.
    line = " ".join(unicodedata.normalize("NFC", "".join(kept)).split())
    return "".join(each if each in signs or each == " " else _BOX for each in line)


def legible_name(name: str, identifier: str) -> str:
    """A name; where it cannot be read as a whole, with an identifier after it that tells it from others."""
    text = legible(name)
    if text and _BOX not in text:
        return text
    return f"{text} ({identifier})" if text else identifier


def _is_drawn(sign: str) -> bool:
    return sign.isspace() or (unicodedata.category(sign) not in _NO_TEXT and sign not in _OVERRIDES)


@cache
def font_signs() -> frozenset[str]:
    """Whatever the font that comes with matplotlib has."""
    # Takes long to import, and most processes never draw.
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    font = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return frozenset(map(chr, FT2Font(str(font)).get_charmap()))
