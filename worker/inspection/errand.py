"""A job in a disposable process that leaves an answer: what of it is taken, and why there is none, in sentences."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from worker.contract.words import Fact, Words
from worker.inspection import disposable
from worker.inspection.apart import NO_MEMORY
from worker.inspection.confinement import Limits
from worker.inspection.disposable import Ending, Exceeded, nobody_waits
from worker.inspection.removal import remove

Said = TypeVar("Said", bound=msgspec.Struct)

DETAIL_MAX: Final = 500
"""Characters of what a library or a model said."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no answer. `detail` is the end of the log, where the process itself gave up."""

    reason: Words
    detail: str = ""


class Sentences(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of an errand that came to nothing, with the facts that are known then.

    `late` has `seconds`, `memory` has `megabytes`, `died` has `signal`, `silent` has `status`.
    """

    late: Words
    memory: Words
    died: Words
    silent: Words

    def of(self, ending: Ending, limits: Limits) -> Words:
        """Return why a process left no answer that can be taken."""
        if ending.timed_out or ending.status == -signal.SIGXCPU:
            return _with(self.late, {"seconds": limits.timeout_s})
        if ending.exceeded is Exceeded.MEMORY or any(words in ending.log for words in NO_MEMORY):
            return _with(self.memory, {"megabytes": limits.memory_bytes / 1e6})
        if ending.status < 0:
            return _with(self.died, {"signal": ending.signal_name})
        return _with(self.silent, {"status": ending.status})


class Errand(msgspec.Struct, Generic[Said], frozen=True, kw_only=True):
    """`process` is the module that does it, `answer` the type of what it leaves, of `size_max_bytes` at most.

    `is_sound` tells whether an answer keeps the bounds that its type does not have. Nobody waits before a screen for
    one that `is_patient`: online answers come first, as long as nobody waits behind it.
    """

    process: str
    answer: type[Said]
    size_max_bytes: int
    is_sound: Callable[[Said], bool]
    sentences: Sentences
    is_patient: bool = False

    def run(
        self, job: msgspec.Struct, working: Path, limits: Limits, is_awaited: Callable[[], bool] = nobody_waits
    ) -> Ending:
        """Run the process in `working`, which is gone afterwards."""
        try:
            return self.begin(job, working, limits, is_awaited)
        finally:
            remove(working)

    def begin(
        self, job: msgspec.Struct, working: Path, limits: Limits, is_awaited: Callable[[], bool] = nobody_waits
    ) -> Ending:
        """Run the process in `working`, and leave there what it made, for whoever asks to take out and remove."""
        file = working.with_suffix(".json")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.encode(job))
        try:
            limits = msgspec.structs.replace(limits, is_patient=self.is_patient)
            return disposable.run(self.process, file, working, limits, is_awaited)
        finally:
            file.unlink(missing_ok=True)

    def taken(self, ending: Ending, limits: Limits) -> Said | Failure:
        """Return what the process said, or why that is nothing. It may have run a stranger's model: believe no id."""
        if ending.outcome is not None and ending.status == 0 and ending.exceeded is None:
            said = self._said(ending.outcome)
            if said is not None:
                return said
        detail = ending.log[-DETAIL_MAX:] if ending.status > 0 else ""
        return Failure(reason=self.sentences.of(ending, limits), detail=detail)

    def _said(self, outcome: bytes) -> Said | None:
        if len(outcome) > self.size_max_bytes:
            return None
        try:
            said = msgspec.json.decode(outcome, type=self.answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return said if self.is_sound(said) else None


def _with(words: Words, facts: dict[str, Fact]) -> Words:
    return msgspec.structs.replace(words, facts=facts)
