"""Deletes one person's rows from the terminal, as the page does: counted first, then confirmed, then proven."""

import argparse
import json
from dataclasses import dataclass
from typing import Any, Final

from appliance import accounts
from appliance.box_commands import Terminal
from appliance.errors import ApplianceError
from appliance.paths import DataDirectory, data_directory

ALSO: Final = "Exports and replays of these endpoints are deleted with the rows."
NO_ROW: Final = "No row is known by that any more, and no outcome; exports and replays that may hold some: {kept}."
NOT_REACHED: Final = (
    "Not reached: files and results of batch jobs (delete the job), backups made with --with-journal (remove those),",
    "reference data of versions, figures that were already computed, and what others keep of the answers.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many rows and outcomes are meant, and where; `kept` exports and replays may hold rows that are gone."""

    count: int
    kept: int
    lines: tuple[str, ...]


def run_forget(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Count, ask, delete, and print the proof and nothing else. What is said beside it does not end in a file."""
    data, wish = data_directory(arguments.data_dir), _wish(arguments)
    counted = _counted(_asked(data, wish))
    if not counted.count and not counted.kept:
        message = "No row is known by that, and no outcome; nothing was deleted."
        raise ApplianceError(message, "look at --by and --value; it may be too old to be kept")
    for line in (*(counted.lines or (NO_ROW.format(kept=counted.kept),)), ALSO, *NOT_REACHED):
        terminal.tell(f"{line}\n")
    if not arguments.yes and not _confirms(terminal, f"delete {counted.count}"):
        terminal.tell("Nothing was deleted.\n")
        return 1
    answer = _asked(data, [*wish, "--confirm", str(counted.count)])
    if "is_complete" not in answer:
        message = (
            f"Meanwhile it is {_counted(answer).count} rows and outcomes, not {counted.count}; nothing was deleted."
        )
        raise ApplianceError(message, "run the same command again")
    terminal.say(json.dumps(answer, indent=2, ensure_ascii=False))
    if not answer["is_complete"]:
        left = sum(each["rows_left"] for each in answer["endpoints"])
        message = f"Not all was deleted: {left} rows are left. {answer['problem']}".strip()
        raise ApplianceError(message, "run the same command again; the log of the jobs worker has more")
    return 0


def _wish(arguments: argparse.Namespace) -> list[str]:
    said = [*arguments.endpoints, f"--by={arguments.by}", f"--user={arguments.user}", f"--reason={arguments.reason}"]
    said += [f"--value={value}" for value in arguments.values]
    return [*said, f"--feature={arguments.feature}"] if arguments.feature else said


def _asked(data: DataDirectory, wish: list[str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(accounts.managed(data, "forget_rows", "--json", *wish))
    return answer


def _counted(answer: dict[str, Any]) -> Counted:
    met = [each for each in answer["endpoints"] if each["rows"] or each["truths"]]
    lines = tuple(
        f"{each['endpoint']}: {each['rows']} rows, {each['truths']} outcomes{_when(each['first'], each['last'])}"
        for each in met
    )
    return Counted(count=sum(each["rows"] + each["truths"] for each in met), kept=answer["kept"], lines=lines)


def _when(first: str, last: str) -> str:
    return f", from {first} to {last}" if first else ""


def _confirms(terminal: Terminal, words: str) -> bool:
    """Return whether somebody types these words. The question goes beside the proof, which may go into a file."""
    terminal.tell(f"Type '{words}' to go on: ")
    try:
        return terminal.ask("").strip() == words
    except EOFError:
        terminal.tell("\n")
        return False
