"""What the terminal says of a batch job: a bar while it runs, a sentence at its end. Prints nothing itself."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

BAR_WIDTH: Final = 24
PLAIN_EVERY_S: Final = 10.0
PROBLEMS_SHOWN: Final = 5


@dataclass(kw_only=True, slots=True)
class Ticker:
    """Shows what changes: in one line that is written over on a terminal, else in plain lines, now and then."""

    write: Callable[[str], None]
    is_terminal: bool
    _shown: str = ""
    _next_s: float = 0.0

    def show(self, line: str, *, is_last: bool = False) -> None:
        """Show a line in place of the one before. The last one stays."""
        if self.is_terminal:
            self.write(f"\r{line:<{len(self._shown)}}" + ("\n" if is_last else ""))
            self._shown = "" if is_last else line
        elif line != self._shown and (is_last or time.monotonic() >= self._next_s):
            self.write(f"{line}\n")
            self._shown, self._next_s = line, time.monotonic() + PLAIN_EVERY_S

    def end(self) -> None:
        """Leave the line that is written over."""
        if self.is_terminal and self._shown:
            self.write("\n")
        self._shown = ""


def sending(sent_bytes: int, total_bytes: int) -> str:
    """Return how much of a file is sent."""
    return f"Sending {_bar(sent_bytes, total_bytes)} of {size(total_bytes)}"


def working(job: Mapping[str, Any]) -> str:
    """Return how far a job is."""
    if job["rows_total"] is None and job["status"] == "running":  # the rest of the file is still being cut
        return f"Answering: {job['rows_done']:,} rows so far"
    if job["rows_total"] is None:
        return "Waiting for its turn" if job["status"] == "queued" else f"The job is {job['status']}"
    parts = [f"Answering {_bar(job['rows_done'], job['rows_total'])} of {job['rows_total']:,} rows"]
    if job["rows_per_s"]:
        parts.append(f"{job['rows_per_s']:,.0f} rows/s")
    if job["seconds_left"] is not None:
        parts.append(f"{duration(job['seconds_left'])} left")
    if job["rows_failed"]:
        parts.append(f"{job['rows_failed']:,} not answered")
    return ", ".join(parts)


def outcome(job: Mapping[str, Any]) -> str:
    """Return what became of the rows of a job that succeeded."""
    total, wrong, unusual = job["rows_total"] or 0, job["rows_failed"], job["rows_unusual"]
    rows = f"{total:,} row" if total == 1 else f"{total:,} rows"
    said = f"{rows}, all of them answered" if not wrong else f"{rows}: {total - wrong:,} answered, {wrong:,} not"
    return said + (f"; {unusual:,} with a value outside the range of the reference data." if unusual else ".")


def problems(job: Mapping[str, Any]) -> list[str]:
    """Return the first things that were wrong with rows; each says where."""
    return [str(problem["message"]) for problem in job["problems"][:PROBLEMS_SHOWN]]


def table(jobs: list[Mapping[str, Any]]) -> list[str]:
    """Return a line for each job."""
    rows = [(str(job["id"]), str(job["status"]), _counted(job), str(job["endpoint"]), str(job["file"])) for job in jobs]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows]


def size(count_bytes: float) -> str:
    """Return a size as people write it."""
    if count_bytes < 2**10:
        return f"{count_bytes:.0f} bytes"
    return f"{count_bytes / 2**20:,.1f} MiB" if count_bytes >= 2**20 else f"{count_bytes / 2**10:,.1f} KiB"


def duration(seconds: float) -> str:
    """Return a time as people write it."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes}:{whole % 60:02}"


def _counted(job: Mapping[str, Any]) -> str:
    return f"{job['rows_done']:,} rows" if job["rows_total"] is None else f"{job['rows_done']:,}/{job['rows_total']:,}"


def _bar(done: int, total: int) -> str:
    share = min(done / total, 1.0) if total else 1.0
    filled = int(share * BAR_WIDTH)
    return f"[{'#' * filled}{'-' * (BAR_WIDTH - filled)}] {share:4.0%}"
