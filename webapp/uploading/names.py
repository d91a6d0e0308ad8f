"""Names of files, which strangers chose: the last part of a path, without what a terminal or a page would obey."""

import unicodedata
from pathlib import PurePosixPath
from typing import Final

NAME_LENGTH_MAX: Final = 200
NAMELESS: Final = "upload"


def cleaned_name(text: str) -> str:
    """Return a name that is safe to show and to offer as a download; its ending stays."""
    last = text.replace("\\", "/").rpartition("/")[2]
    normal = unicodedata.normalize("NFC", last)
    # The category of controls has those that turn the direction of writing around, too.
    plain = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in normal)
    name = " ".join(plain.split())
    if not name.strip(". "):
        return NAMELESS
    ending = PurePosixPath(name).suffix[:NAME_LENGTH_MAX]
    return name if len(name) <= NAME_LENGTH_MAX else name[: NAME_LENGTH_MAX - len(ending)] + ending
