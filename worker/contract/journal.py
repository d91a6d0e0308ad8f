"""What both planes know of the journal: what of an endpoint is kept, and who asked."""

from typing import Final

import msgspec

DIRECTORY: Final = "journal"
"""Below the spool: a directory for each endpoint."""

API: Final = "api"
PAGE: Final = "page"
JOB: Final = "job"
CHECK: Final = "check"
"""By what way a row came; before a colon and the account's number it says who asked: `api:12`.

A check is the box's own question whether it answers: no journal keeps it.
"""


class JournalRule(msgspec.Struct, frozen=True, array_like=True):
    """What of the rows of an endpoint is kept.

    Without `inputs` only the answers are; `hashed` features are kept as a keyed hash, which still tells equal values.
    """

    is_kept: bool = True
    inputs: bool = True
    hashed: tuple[str, ...] = ()


KEEP_ALL: Final = JournalRule()


class JobRows(msgspec.Struct, frozen=True, kw_only=True):
    """How the journal keeps a job's rows: for which endpoint, what of them, who asked, and when the job was asked.

    A row has the moment at which its chunk was answered, which is never before the job was asked.
    """

    endpoint: str
    rule: JournalRule
    caller: str
    at_ms: int
