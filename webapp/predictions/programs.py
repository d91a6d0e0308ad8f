"""How a program asks the same as the page, ready to copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

KEY_PLACEHOLDER: Final = "YOUR_KEY"

_CURL: Final = """\
curl {url} \\
  -H "Authorization: Bearer {key}" \\
  -H "Content-Type: application/json" \\
  -d {body}"""

_PYTHON: Final = """\
import json
from urllib.request import Request, urlopen

rows = json.loads({body})
request = Request(
    {url},
    data=json.dumps({{"rows": rows}}).encode(),
    headers={{"Authorization": "Bearer {key}", "Content-Type": "application/json"}},
)
print(json.load(urlopen(request))["predictions"])"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Programs:
    """The same question from curl and from Python."""

    curl: str
    python: str


def programs(url: str, row: Mapping[str, Any], key: str = KEY_PLACEHOLDER) -> Programs:
    """Return how to ask about `row` at `url`."""
    body = msgspec.json.encode({"rows": [row]}).decode()
    rows = msgspec.json.encode([row]).decode()
    return Programs(
        curl=_CURL.format(url=url, key=key, body=shell_quoted(body)),
        python=_PYTHON.format(url=repr(url), key=key, body=repr(rows)),
    )


def shell_quoted(text: str) -> str:
    """Return the text as one word for a shell."""
    return "'" + text.replace("'", "'\\''") + "'"
