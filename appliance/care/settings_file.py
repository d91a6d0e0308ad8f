"""What is wrong with the settings of an installed box: lines that cannot be meant, names that nothing reads."""

import re
from collections.abc import Iterator
from typing import Final

from appliance import environment
from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.environment import HOST, MAIL_FROM, SECRETS, SMTP_URL
from appliance.installing.places import CREDENTIALS, SETTINGS
from appliance.installing.settings import LINE, NAMES, pairs

MAIL_SERVER: Final = CREDENTIALS / "smtp-url"
TRACKING_SERVER: Final = CREDENTIALS / "mlflow-uri"
NAME: Final = r"[\w.:\[\]-]+"
"""A host name or an address; the finding on the certificate tells more."""

NUMBER: Final = r"0*[1-9]\d*"
NECESSARY: Final = {
    "BASTIDE_PUBLIC_URL": (rf"https://{HOST}/?", "https://models.corp.example"),
    NAMES: (rf"{NAME}(\s*,\s*{NAME})*", "models.corp.example,10.0.0.5"),
}
OPTIONAL: Final = {
    **dict.fromkeys(("BASTIDE_WEB_PROCESSES", "BASTIDE_INFERENCE_PROCESSES", "BASTIDE_BATCH_PROCESSES"), (NUMBER, "2")),
    **{name: (pattern, example) for name, pattern, (_, example) in environment.SETTINGS},
}
KNOWN: Final = NECESSARY | OPTIONAL


def check_settings() -> tuple[Check, ...]:
    """Return the checks for the settings file: what is wrong, or that nothing is."""
    try:
        text = environment.handed_over(SETTINGS).read_text()
    except (OSError, UnicodeDecodeError) as error:
        hint = Words("sudo bastide install writes another one where there is none")
        return (_check("settings", Words("cannot be read: {problem}", problem=str(error)), Status.FAILED, hint),)
    found = tuple(problems(text, has_mail_server=_has_mail_server()))
    count = sum(1 for _ in pairs(text))
    return found or (_check("settings", Words("{count} settings, each of them good", count=count), Status.PASSED),)


def _has_mail_server() -> bool:
    """Return whether the credentials name a mail server, whose address holds a password."""
    try:
        return bool(environment.handed_over(MAIL_SERVER).read_text().strip())
    except (OSError, UnicodeDecodeError):
        return False


def problems(text: str, *, has_mail_server: bool = False) -> Iterator[Check]:
    """Yield a check for each thing that is wrong in a settings file."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith(("#", ";")) and not LINE.fullmatch(line):
            hint = Words("sudo nano {file}: one NAME=VALUE a line, # before a remark", file=str(SETTINGS))
            measured = Words("line {number} is no setting", number=number)
            yield _check(f"settings_line_{number}", measured, Status.WARNING, hint)
    values = dict(pairs(text))
    for name, value in values.items():
        yield from _problems_of(name, value)
    for name in NECESSARY.keys() - values.keys():
        yield _wrong(name, Words("{name} is missing", name=name))
    if (MAIL_FROM in values) != (SMTP_URL in values or has_mail_server):
        missing = SMTP_URL if MAIL_FROM in values else MAIL_FROM
        yield _wrong(missing, Words("{name} is missing: mail needs a sender and a server", name=missing))


def _problems_of(name: str, value: str) -> Iterator[Check]:
    if name not in KNOWN:
        if name.startswith("BASTIDE_"):
            hint = Words("sudo nano {file}: mend its name or take the line out", file=str(SETTINGS))
            measured = Words("nothing reads {name}", name=name)
            yield _check(f"setting_{name.lower()}", measured, Status.WARNING, hint)
        return
    if name in SECRETS:
        measured = Words("{name} stands here, where everybody reads it: it belongs to the credentials", name=name)
        hint = Words("sudo bastide config set {name} puts it there, then: sudo bastide install", name=name)
        yield _check(f"setting_{name.lower()}", measured, Status.FAILED, hint)
        return
    if re.fullmatch(KNOWN[name][0], value, re.IGNORECASE):
        return
    yield _wrong(name, Words("{name} is '{value}'", name=name, value=value))


def _wrong(name: str, measured: Words) -> Check:
    hint = Words(
        "sudo nano {file}: something like {name}={example}, then: sudo bastide install",
        file=str(SETTINGS),
        name=name,
        example=KNOWN[name][1],
    )
    return _check(f"setting_{name.lower()}", measured, Status.FAILED, hint)


def _check(check_id: str, measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id=check_id,
        title=Words("Settings"),
        measured=measured,
        needed=Words("each can be meant, and is known"),
        status=status,
        hint=hint,
    )
