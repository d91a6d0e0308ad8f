"""Reads a file of outcomes as a job's file is read, and takes what its columns say."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from worker.batch.errors import FileRefused
from worker.batch.formats.csv import CsvBlock
from worker.batch.opening import open_source
from worker.batch.places import JobPlace
from worker.batch.planning import rows_of_chunk
from worker.batch.plans import AnswerNames, Plan
from worker.batch.reading import Found, find_out
from worker.batch.scoring import lines_of
from worker.contract.batch import PlanRequest, Step
from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature
from worker.contract.truth import BY_REQUEST, Truth
from worker.contract.truth_files import (
    PROBLEMS_MAX,
    ROWS_MAX,
    TruthFileOutcome,
    TruthFileProblem,
    TruthFileRequest,
)
from worker.contract.words import Names, Words
from worker.inspection.removal import remove
from worker.journal import truth
from worker.journal.columns import OWN
from worker.journal.matching import Matched, Wanted, match
from worker.journal.truth import TruthRefused
from worker.journal.truth_names import as_kept
from worker.journal.writing import hash_key
from worker.models.answers import label_names
from worker.models.serving import read_manifest
from worker.monitoring.apart import DIGEST, NAME
from worker.monitoring.taking import KEY_LENGTH_MAX, Malformed, no_place
from worker.tables.written_numbers import plain_number

OUTPUT: Final = Output(kind=OutputKind.NUMBER, name="outcome")
TEXT_ONLY: Final = Signature(features=(Feature(name="\0", type=FeatureType.TEXT, required=False),), output=OUTPUT)
"""No column is a feature: all cells are taken as they are written."""

ROW_DIGITS_MAX: Final = 9
LABELS_LISTED: Final = 20


class TruthFile:
    """A file of outcomes. Raise ValueError for a request that no site sends."""

    def __init__(self, request: TruthFileRequest, spool_dir: Path, models_dir: Path) -> None:
        if not NAME.fullmatch(request.endpoint) or not DIGEST.fullmatch(request.digest):
            msg = f"Outcomes are of an endpoint and a version, got {request.endpoint[:80]!r}."
            raise ValueError(msg)
        if request.columns is not None and request.columns.name.startswith(OWN):
            msg = f"Rows are named by features, got {request.columns.name[:80]!r}."
            raise ValueError(msg)
        self._request = request
        self._step = Step(job_id=request.file_id, attempt=1, token="")
        self._place = JobPlace(spool_dir, self._step)
        self._signature = read_manifest(models_dir / request.digest).signature
        self._output = self._signature.output

    def look(self) -> TruthFileOutcome:
        """Return what was understood of the file."""
        try:
            found = self._found()
        except FileRefused as refused:
            return TruthFileOutcome(file_id=self._request.file_id, reason=refused.words, hint=refused.hint)
        return TruthFileOutcome(file_id=self._request.file_id, understanding=found.understanding)

    def take(self, endpoint: Path, now_ms: int) -> TruthFileOutcome:
        """Keep the outcomes that can be meant, tell of the others, and remove the file."""
        chosen = self._request.columns
        assert chosen is not None, "Outcomes are taken from columns that somebody chose"
        kept: list[Truth] = []
        problems: list[TruthFileProblem] = []
        rows = refused = 0
        try:
            found = self._found()
            for line, cells in self._rows(found):
                rows += 1
                try:
                    kept.append(self._truth(*cells, mark=found.understanding.decimal))
                except Malformed as error:
                    refused += 1
                    if len(problems) < PROBLEMS_MAX:
                        problems.append(TruthFileProblem(line=line, message=error.words))
        except FileRefused as error:
            return TruthFileOutcome(file_id=self._request.file_id, did_take=True, reason=error.words, hint=error.hint)
        key = hash_key(endpoint.parent)
        kept = as_kept(kept, self._signature, self._request.hashed, key)
        if kept:
            truth.append(endpoint, kept, now_ms)
        wanted = Wanted(kept, key, self._request.callers)
        matched = match(endpoint, wanted, time.monotonic) if kept else Matched()
        unknown = matched.unknown(kept)
        remove(self._place.job)
        return TruthFileOutcome(
            file_id=self._request.file_id,
            did_take=True,
            rows=rows,
            taken=len(kept),
            joined=len(kept) - unknown,
            unknown=unknown,
            matched=matched.rows,
            are_own=bool(self._request.callers),
            since_ms=matched.since_ms,
            stopped_at=matched.stopped_at,
            refused=refused,
            problems=tuple(problems),
        )

    def _found(self) -> Found:
        self._place.make()
        return find_out(self._plan_request, self._place, TEXT_ONLY)

    @property
    def _plan_request(self) -> PlanRequest:
        request = self._request
        return PlanRequest(
            step=self._step,
            file_name=request.file_name,
            digest=request.digest,
            version=0,
            choice=request.choice,
            unpacked_bytes_max=request.unpacked_bytes_max,
        )

    def _rows(self, found: Found) -> Iterator[tuple[int, tuple[str, str, str]]]:
        """Yield the line of each row with its cells of the chosen columns: the key, the outcome, the place."""
        plan = _plan(found, self._request)
        places = [self._position(plan, name) for name in self._columns]
        source = open_source(plan, self._place, TEXT_ONLY)
        size_bytes = self._place.input.stat().st_size
        rows = 0
        for chunk in source.cut(rows_of_chunk(source.rows_about(), size_bytes, self._plan_request)):
            rows += chunk.rows
            if rows > ROWS_MAX:
                words = Words("The file has more than {most:,} rows.", {"most": ROWS_MAX})
                raise FileRefused(words, Words("Send it in several parts."))
            block = source.read(chunk)
            first = plan.first_line + chunk.first_row + chunk.skipped
            lines = lines_of(block, first)
            columns = [["0"] * block.row_count if at is None else block.column(at).text().to_list() for at in places]
            lengths = block.lengths if isinstance(block, CsvBlock) else {}
            for at, cells in enumerate(zip(*columns, strict=True)):
                yield lines[at], ("", "", "0") if at in lengths else cells

    @property
    def _columns(self) -> tuple[str, str, str]:
        chosen = self._request.columns
        assert chosen is not None, "Outcomes are taken from columns that somebody chose"
        return chosen.key, chosen.value, chosen.row

    def _position(self, plan: Plan, name: str) -> int | None:
        if not name:
            return None
        if name not in plan.column_names:
            words = Words("The file has no column {name}.", {"name": name[:100]})
            raise FileRefused(words, Words("Look at the file again, and choose among its columns."))
        return plan.column_names.index(name)

    def _truth(self, key: str | None, said: str | None, row: str | None, *, mark: str) -> Truth:
        """Return the outcome of a row. Raise Malformed if it is none."""
        chosen = self._request.columns
        assert chosen is not None, "Outcomes are taken from columns that somebody chose"
        key, said, row = (key or "").strip(), (said or "").strip(), (row or "").strip()
        if not key or not said:
            raise Malformed(Words("The row lacks its id or its outcome."))
        if not row.isascii() or not row.isdigit() or len(row) > ROW_DIGITS_MAX:
            raise Malformed(no_place(row))
        try:
            value = truth.read_value(self._plain(said, mark), self._output)
        except TruthRefused as error:
            raise Malformed(self._refusal(error.value)) from error
        place = int(row) if chosen.by == BY_REQUEST else 0
        return Truth(chosen.by, key[:KEY_LENGTH_MAX], value, place, chosen.name)

    def _refusal(self, value: str) -> Words:
        """Return what is wrong with an outcome, in words that can be said in another language."""
        if self._output.kind is OutputKind.NUMBER:
            return Words("{value} is no number.", {"value": value})
        labels = label_names(self._output.labels or ())
        names = Names(labels[:LABELS_LISTED], max(0, len(labels) - LABELS_LISTED))
        return Words("{value} is not one of {names}.", {"value": value, "names": names})

    def _plain(self, said: str, mark: str) -> str:
        """Return a number with a point where the file has its `mark`, as jobs read it; other outcomes as they are.

        Raise Malformed for what is none; what another mark makes a number may mean a thousand times as much.
        """
        if self._output.kind is not OutputKind.NUMBER:
            return said
        plain = plain_number(said, mark)
        if plain is not None:
            return plain
        cut = said[:100]
        if mark == "." and plain_number(said, ",") is not None:
            raise Malformed(Words("{value} has a comma, but the decimal mark of the file is a point.", {"value": cut}))
        if mark == "," and plain_number(said, ".") is not None:
            raise Malformed(Words("{value} has a point, but the decimal mark of the file is a comma.", {"value": cut}))
        raise Malformed(self._refusal(cut))


def _plan(found: Found, request: TruthFileRequest) -> Plan:
    names = [column.name for column in found.understanding.columns]
    return Plan(
        understanding=found.understanding,
        digest=request.digest,
        version=0,
        names=AnswerNames.beside(names, OUTPUT),
        output=found.understanding.format,
        phrases={},
        header_start=found.header_start,
        text_start=found.text_start,
        is_copied=found.is_copied,
        first_line=found.first_line,
        unpacked_bytes_max=request.unpacked_bytes_max,
    )


def read(request: TruthFileRequest, spool_dir: Path, models_dir: Path, now_ms: int) -> TruthFileOutcome:
    """Look at a file, or take its outcomes where the columns are chosen."""
    file = TruthFile(request, spool_dir, models_dir)
    outcome = file.look() if request.columns is None else file.take(spool_dir / "journal" / request.endpoint, now_ms)
    return msgspec.structs.replace(outcome, file_id=request.file_id)
