"""Light or dark: the browser's wish, or what the person chose, kept in a cookie."""

from enum import StrEnum
from typing import Final

from django.http import HttpRequest

THEME_COOKIE: Final = "theme"


class Theme(StrEnum):
    """What a person may choose."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


def chosen(request: HttpRequest) -> Theme:
    """Return what this browser chose, `AUTO` when it did not or said something else."""
    try:
        return Theme(request.COOKIES.get(THEME_COOKIE, Theme.AUTO))
    except ValueError:
        return Theme.AUTO


def theme(request: HttpRequest) -> dict[str, Theme]:
    """Give every template the theme (a context processor)."""
    return {"theme": chosen(request)}
