"""What can go wrong while a file comes in.

UploadError
├── NobodyError
├── ForgedError
├── UploadMissingError
├── HeaderWrongError
├── ProtocolWrongError
├── ContentTypeWrongError
├── OffsetWrongError
├── UploadTooLargeError
├── TooManyUploadsError
├── NoRoomError
├── UploadBusyError
├── UploadStalledError
├── UploadIncompleteError
└── FileMissingError
"""

BEGIN_ANEW = "Begin anew with POST /api/v1/uploads; GET /api/v1/uploads lists what you may continue."


class UploadError(Exception):
    """A sentence about what happened, and a hint about what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NobodyError(UploadError):
    """A piece comes from nobody who is known."""

    def __init__(self) -> None:
        super().__init__(
            "This request carries no API key that is known here.",
            "Send the header 'Authorization: Bearer KEY'; keys are made on the page 'API keys'.",
        )


class ForgedError(UploadError):
    """A piece comes with a session but without its token: another site may have sent it."""

    def __init__(self) -> None:
        super().__init__(
            "This request carries a session but not its CSRF token.",
            "Send the token of the form or of the cookie 'csrftoken' in the header X-CSRFToken, or use an API key.",
        )


class UploadMissingError(UploadError):
    """There is no such upload, or it is somebody else's, or it has expired."""

    def __init__(self) -> None:
        super().__init__("There is no upload by this id that you may use; it may have expired.", BEGIN_ANEW)


class HeaderWrongError(UploadError):
    """A header of the protocol is missing or cannot be read."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Header '{name}' {problem}.", "docs/reference/api.md has every header, with an example.")


class ProtocolWrongError(UploadError):
    """The caller speaks another version of the protocol, or does not say which."""

    def __init__(self, needed: str) -> None:
        super().__init__(
            f"This address speaks tus {needed}, and the request does not say that it does.",
            f"Send the header 'Tus-Resumable: {needed}'.",
        )


class ContentTypeWrongError(UploadError):
    """A piece is said to be something else."""

    def __init__(self, needed: str) -> None:
        super().__init__(f"A piece of a file is sent as {needed}.", f"Send the header 'Content-Type: {needed}'.")


class OffsetWrongError(UploadError):
    """A piece does not begin where the file ends."""

    def __init__(self, said_bytes: int, needed_bytes: int) -> None:
        super().__init__(
            f"This piece begins at byte {said_bytes}, and the box has {needed_bytes} bytes of the file.",
            "Ask with HEAD how much has arrived, and go on from there.",
        )


class UploadTooLargeError(UploadError):
    """A file is larger than the box takes, or goes on after its declared end."""

    def __init__(self, size_bytes: int, bytes_max: int) -> None:
        super().__init__(
            f"A file of {size_bytes} bytes is larger than the {bytes_max} bytes that are taken.",
            "Send it in several files, or ask an administrator to raise BASTIDE_UPLOAD_BYTES_MAX.",
        )


class TooManyUploadsError(UploadError):
    """Somebody begins uploads and does not finish them."""

    def __init__(self, count: int, size_bytes: int) -> None:
        super().__init__(
            f"You have begun {count} uploads of {size_bytes} bytes together, and used none of them.",
            "Use or DELETE some of them: GET /api/v1/uploads lists them. They expire after a day.",
        )


class NoRoomError(UploadError):
    """The disk has no room."""

    def __init__(self) -> None:
        super().__init__(
            "The disk of the box has no room for this file; what arrived of a resumable upload is kept.",
            "An administrator frees space (the page 'The box' tells how much there is); then go on.",
        )


class UploadBusyError(UploadError):
    """Another request writes to the same file."""

    def __init__(self) -> None:
        super().__init__(
            "Another request writes to this upload.", "Ask with HEAD how much has arrived, and go on from there."
        )


class UploadStalledError(UploadError):
    """Nothing comes any more."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"Nothing came for {seconds:.0f} seconds, and the piece is not complete; what arrived is kept.",
            "Ask with HEAD how much has arrived, and go on from there.",
        )


class UploadIncompleteError(UploadError):
    """A file is asked for that has not arrived as a whole."""

    def __init__(self, name: str, offset_bytes: int, size_bytes: int) -> None:
        super().__init__(
            f"Of '{name}' {offset_bytes} of {size_bytes} bytes have arrived.", "Send the rest of it, then try again."
        )


class FileMissingError(UploadError):
    """A request that should bring a file brings none."""

    def __init__(self) -> None:
        super().__init__(
            "The request holds no file.",
            "Send it as the field 'file' of a form, or as the body, with its name in '?name=rows.csv'.",
        )
