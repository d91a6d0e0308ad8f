"""The report of a month as a file that needs nothing else: the page that one prints, its style with it."""

from functools import cache
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from webapp.endpoints.models import Endpoint
from webapp.monitoring.month import Month, month_context

STYLES: Final = ("vendor/tabler/tabler.min.css", "bastide.css")


def month_file(endpoint: Endpoint, month: Month, language: str) -> bytes:
    """Return the report of a month, as known now, as HTML that loads nothing."""
    with override(language):
        context = month_context(endpoint, month) | {"styles": _styles()}
        return render_to_string("retraining/month_file.html", context).encode()


@cache
def _styles() -> SafeString:
    found = [finders.find(name) for name in STYLES]
    assert all(found), "The style sheets of the site are among its own files"
    texts = [Path(str(path)).read_text() for path in found]
    # They are files of the release, and none of them ends the element that they stand in.
    assert not any("</style" in text for text in texts), "A style sheet holds no markup"
    return mark_safe("\n".join(texts))  # noqa: S308  # as above
