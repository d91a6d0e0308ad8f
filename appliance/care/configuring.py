"""Reads and changes the settings of an installed box: one line at a time, and never to what cannot be meant."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance.care.explaining import EXPLANATIONS, WITHOUT, default_of, in_force, meaning_of
from appliance.care.settings_file import KNOWN, MAIL_SERVER, NECESSARY, TRACKING_SERVER
from appliance.environment import MLFLOW_TRACKING_URI, SECRETS, SMTP_URL
from appliance.errors import ApplianceError
from appliance.installing.places import SETTINGS
from appliance.installing.placing import place
from appliance.installing.settings import LINE, PRIVATE, pairs

APPLY: Final = "It holds when the services have started anew: sudo bastide install"
HIDDEN: Final = "set, and kept from sight"


def shown() -> Iterator[str]:
    """Yield a line for each setting that there is: what holds, and whether that is the default. No secret is shown."""
    values = _values()
    width = max(map(len, KNOWN))
    for name in KNOWN:
        yield f"{name:<{width}}  {in_force(name, values.get(name))}"


def explained(name: str) -> Iterator[str]:
    """Yield what one setting does, what holds, and how it is written. Raise ApplianceError for a name not known."""
    _require_known(name)
    default = default_of(name)
    meaning, example = meaning_of(name), KNOWN[name][1]
    yield f"{name}: {EXPLANATIONS[name]}"
    yield f"in force:    {in_force(name, _values().get(name))}"
    yield f"default:     {default if default is not None else WITHOUT.get(name, 'none: the box needs it')}"
    yield f"written as:  {f'{meaning}, such as {example}' if meaning else f'such as {example}'}"
    shown_value = "" if name in SECRETS else f" {example}"
    yield f"changed by:  sudo bastide config set {name}{shown_value}"


def _values() -> dict[str, str]:
    """Return what is set; of secrets only that they are."""
    values = {name: value for name, value in pairs(SETTINGS.read_text()) if name not in SECRETS}
    held = {name for name in SECRETS if _file(name).exists() and _file(name).read_text().strip()}
    return values | dict.fromkeys(held, HIDDEN)


def set_value(name: str, value: str) -> str:
    """Write a setting and return what to say. Raise ApplianceError for a name that nothing reads or an odd value."""
    _require_known(name)
    value = value.strip()
    if not re.fullmatch(KNOWN[name][0], value, re.IGNORECASE):
        shown_value = "That" if name in SECRETS else repr(value)
        message = f"{shown_value} cannot be meant for {name}."
        meaning = meaning_of(name)
        raise ApplianceError(message, f"write {meaning or 'something'}, such as {KNOWN[name][1]}")
    if name in SECRETS:
        is_new = place(_file(name), value, mode=PRIVATE)
        is_new |= place(SETTINGS, with_line(SETTINGS.read_text(), name, None))  # where everybody reads it
    else:
        is_new = place(SETTINGS, with_line(SETTINGS.read_text(), name, f"{name}={value}"))
    return f"{name} is set. {APPLY}" if is_new else f"{name} was so already."


def unset(name: str) -> str:
    """Let the default hold for a setting, and return what to say. Raise ApplianceError for one that a box needs."""
    _require_known(name)
    if name in NECESSARY:
        message = f"The box needs {name}."
        raise ApplianceError(message, f"sudo bastide config set {name} VALUE")
    if name in SECRETS:
        is_new = place(_file(name), "", mode=PRIVATE)
        is_new |= place(SETTINGS, with_line(SETTINGS.read_text(), name, None))
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


def _file(secret: str) -> Path:
    """Return the file in which a secret lies."""
    return {SMTP_URL: MAIL_SERVER, MLFLOW_TRACKING_URI: TRACKING_SERVER}[secret]


def _require_known(name: str) -> None:
    if name not in KNOWN:
        message = f"Nothing reads a setting {name}."
        raise ApplianceError(message, f"one of {', '.join(KNOWN)}")
