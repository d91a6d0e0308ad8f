"""What can go wrong with batch jobs.

JobError
├── NotDeployedError
├── JobStateError
├── JobChoiceError
│   ├── ColumnUnknownError
│   └── ColumnTakenError
├── InputGoneError
├── InputLostError
├── VersionGoneError
└── TooManyJobsError
"""


class JobError(Exception):
    """A sentence about what happened, and a hint about what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotDeployedError(JobError):
    """No version answers at the endpoint."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(
            f"No version is deployed behind '{endpoint}'.", "Whoever manages the endpoint deploys one; then try again."
        )


class JobStateError(JobError):
    """The job is not in a state that allows this."""

    def __init__(self, event: str, status: str) -> None:
        super().__init__(f"The job cannot be {event}: it is {status}.", "GET /api/v1/jobs/{id} tells its status.")


class JobChoiceError(JobError):
    """What somebody chose for a job cannot be."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"Field '{field}': {problem}", "docs/reference/api.md names every field of a job.")


class ColumnUnknownError(JobChoiceError):
    """A column was chosen that the file does not have."""

    def __init__(self, column: str) -> None:
        super().__init__("mapping", f"the file has no column '{column}'.")
        self.column = column


class ColumnTakenError(JobChoiceError):
    """One column was chosen for two features."""

    def __init__(self, column: str, first: str, second: str) -> None:
        super().__init__("mapping", f"the column '{column}' is chosen for '{first}' and for '{second}'.")
        self.column = column
        self.first = first
        self.second = second


class InputGoneError(JobError):
    """The file of a job was deleted."""

    def __init__(self) -> None:
        super().__init__("The file of this job was deleted when its time was over.", "Upload the file again.")


class InputLostError(JobError):
    """The file of a job was not in the backup from which the box was restored."""

    def __init__(self) -> None:
        super().__init__(
            "The file of this job was not in the backup from which the box was restored.", "Upload the file again."
        )


class VersionGoneError(JobError):
    """The version that should answer is not there to do so, or was put aside."""

    def __init__(self, version: str, status: str) -> None:
        super().__init__(
            f"{version} answers no jobs: it is {status}.", "Run the job again with a version that is ready or retired."
        )


class TooManyJobsError(JobError):
    """Somebody has more jobs under way than anybody may."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"You have {most:,} jobs that have not ended, the most that one person may have.",
            "Wait until one of them has ended, or cancel one.",
        )
