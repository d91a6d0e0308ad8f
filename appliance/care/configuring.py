"""Reads and changes the settings of an installed box: one line at a time, and never to what cannot be meant."""

import re
from collections.abc import Iterator
from typing import Final

from appliance import environment
from appliance.care.settings_file import KNOWN, LINE, MAIL_SERVER, NECESSARY, pairs
from appliance.environment import SECRETS, SMTP_URL
from appliance.errors import ApplianceError
from appliance.installing.places import SETTINGS
from appliance.installing.placing import place
from appliance.installing.settings import PRIVATE

MEANINGS: Final = {name: meaning for name, _, (meaning, _) in environment.SETTINGS}
APPLY: Final = "It holds when the services have started anew: sudo bastide install"


def shown() -> Iterator[str]:
    """Yield each setting that there is, a line each: its value, or that the default holds. No secret is shown."""
    values = dict(pairs(SETTINGS.read_text()))
    width = max(map(len, KNOWN))
    for name in KNOWN:
        if name in SECRETS:
            value = (
                "set, and kept from sight" if MAIL_SERVER.exists() and MAIL_SERVER.read_text().strip() else "not set"
            )
        else:
            value = values.get(name, f"not set: {MEANINGS.get(name, 'the default holds')}, such as {KNOWN[name][1]}")
        yield f"{name:<{width}}  {value}"


def set_value(name: str, value: str) -> str:
    """Write a setting and return what to say. Raise ApplianceError for a name that nothing reads or an odd value."""
    _require_known(name)
    value = value.strip()
    if not re.fullmatch(KNOWN[name][0], value, re.IGNORECASE):
        shown_value = "That" if name in SECRETS else repr(value)
        message = f"{shown_value} cannot be meant for {name}."
        raise ApplianceError(message, f"write something like {KNOWN[name][1]}")
    if name == SMTP_URL:
        is_new = place(MAIL_SERVER, value, mode=PRIVATE)
    else:
        is_new = place(SETTINGS, with_line(SETTINGS.read_text(), name, f"{name}={value}"))
    return f"{name} is set. {APPLY}" if is_new else f"{name} was so already."


def unset(name: str) -> str:
    """Let the default hold for a setting, and return what to say. Raise ApplianceError for one that a box needs."""
    _require_known(name)
    if name in NECESSARY:
        message = f"The box needs {name}."
        raise ApplianceError(message, f"sudo bastide config set {name} VALUE")
    if name == SMTP_URL:
        is_new = place(MAIL_SERVER, "", mode=PRIVATE)
    else:
        is_new = place(SETTINGS, with_line(SETTINGS.read_text(), name, None))
    return f"The default holds for {name}. {APPLY}" if is_new else f"The default held for {name} already."


def with_line(text: str, name: str, line: str | None) -> str:
    """Return the file with this line for a setting in the place of the former one, or without it; else as it was."""
    kept, is_there = [], False
    for each in text.splitlines():
        found = None if each.lstrip().startswith(("#", ";")) else LINE.fullmatch(each)
        if found is None or found["name"] != name:
            kept.append(each)
        elif line is not None and not is_there:
            kept.append(line)
            is_there = True
    if line is not None and not is_there:
        kept.append(line)
    return "\n".join(kept) + "\n"


def _require_known(name: str) -> None:
    if name not in KNOWN:
        message = f"Nothing reads a setting {name}."
        raise ApplianceError(message, f"one of {', '.join(KNOWN)}")
