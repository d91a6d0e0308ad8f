"""`manage.py compile_translations`: .mo files beside the .po files, without the gettext programs."""

import os
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Compiles the translations."""

    help = "Compile every .po file of the site."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Compile what changed."""
        for directory in settings.LOCALE_PATHS:
            for path in sorted(Path(directory).rglob("*.po")):
                compile_file(path)


def compile_file(path: Path) -> None:
    """Write the .mo file of a .po file, whole or not at all, unless it is newer already; several may do so at once."""
    target = path.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns > path.stat().st_mtime_ns:
        return
    draft = target.with_suffix(f".{os.getpid()}.draft")
    polib.pofile(str(path)).save_as_mofile(str(draft))
    draft.replace(target)
