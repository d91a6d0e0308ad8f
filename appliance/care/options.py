"""What may be typed about how an installed box is: status, logs, doctor."""

import argparse
from collections.abc import Callable
from typing import Final

from appliance.care.journal import SHORT_NAMES

LINES: Final = 100


def add_care(add: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    """Add `status`, `logs` and `doctor`."""
    status = add("status", "print how the installed box is; exit 0 well, 1 not", "sudo bastide status")
    status.add_argument("--json", action="store_true", help="print JSON for programs")
    _add_logs(add)
    doctor = add(
        "doctor",
        "look for what is wrong with the installed box; exit 0 good, 1 failed, 2 warnings only",
        "sudo bastide doctor",
    )
    doctor.add_argument("--json", action="store_true", help="print JSON for programs")
    doctor.add_argument(
        "--record",
        action="store_true",
        help="print only what is not good; make no key and ask no other machine, as the hourly timer has it",
    )


def add_config(
    add: Callable[[str, str, str], argparse.ArgumentParser],
    group_of: Callable[[argparse.ArgumentParser], Callable[[str, str, str], argparse.ArgumentParser]],
) -> None:
    """Add `config` with its actions."""
    action = group_of(add("config", "the settings of an installed box", "sudo bastide config show"))
    show = action("show", "print every setting, and which are left to their default", "sudo bastide config show")
    show.add_argument("name", nargs="?", metavar="NAME", help="one setting: what it does and how it is written")
    action(
        "check",
        "look whether each setting can be meant; exit 0 good, 1 failed, 2 warnings",
        "sudo bastide config check",
    )
    setting = action("set", "change a setting", "sudo bastide config set BASTIDE_JOB_DAYS 14")
    setting.add_argument("name", metavar="NAME", help="the setting, as `show` names it")
    setting.add_argument("value", nargs="?", metavar="VALUE", help="what it is to be; asked for when it is left out")
    unset = action("unset", "let the default hold for a setting", "sudo bastide config unset BASTIDE_JOB_DAYS")
    unset.add_argument("name", metavar="NAME", help="the setting, as `show` names it")


def _add_logs(add: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    logs = add("logs", "print what the installed box said", "sudo bastide logs --follow web nginx")
    logs.add_argument("units", nargs="*", metavar="UNIT", help=f"of which: {', '.join(SHORT_NAMES)} (default: all)")
    logs.add_argument("--follow", action="store_true", help="go on printing until Ctrl-C")
    logs.add_argument("--lines", type=_count, default=LINES, metavar="N", help=f"how many at most (default {LINES})")
    logs.add_argument("--since", default="", metavar="WHEN", help="such as today, '1 hour ago', '2026-11-26 18:00'")


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        message = f"{text} is not 0 or more"
        raise argparse.ArgumentTypeError(message)
    return number
