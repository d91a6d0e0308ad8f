"""How a program asks the same as the page, ready to copy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

KEY_PLACEHOLDER: Final = "YOUR_KEY"
WIDTH: Final = 64

_CURL: Final = """\
curl {url} \\{trusting}
  -H "Authorization: Bearer {key}" \\
  -H "Content-Type: application/json" \\
  -d {body}"""

_PYTHON: Final = """\
import json
{importing}from urllib.error import HTTPError
from urllib.request import Request, urlopen

row = {{
    {items},
}}
request = Request(
    "{url}",
    data=json.dumps({{"rows": [row]}}).encode(),
    headers={{
        "Authorization": "Bearer {key}",
        "Content-Type": "application/json",
    }},
)
try:
    print(json.load(urlopen(request{trusting}))["predictions"])
except HTTPError as error:
    print(json.load(error)["error"])"""

_PYTHON_WORDS: Final = {"null": "None", "true": "True", "false": "False"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Programs:
    """The same question from curl and from Python."""

    curl: str
    python: str


def programs(url: str, row: Mapping[str, Any], key: str = KEY_PLACEHOLDER, *, authority: str = "") -> Programs:
    """Return how to ask about `row` at `url`, trusting the authority in that file where there is one."""
    json_items = _items(row, lambda text: text)
    body = '{"rows": [{\n    ' + _wrapped(json_items, "\n    ") + "\n  }]}"
    python_items = _items(row, lambda text: _PYTHON_WORDS.get(text, text))
    return Programs(
        curl=_CURL.format(
            url=url, key=key, body=shell_quoted(body), trusting=f"\n  --cacert {authority} \\" if authority else ""
        ),
        python=_PYTHON.format(
            url=url,
            key=key,
            items=_wrapped(python_items, "\n    "),
            importing="import ssl\n" if authority else "",
            trusting=f', context=ssl.create_default_context(cafile="{authority}")' if authority else "",
        ),
    )


def shell_quoted(text: str) -> str:
    """Return the text as one word for a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def _items(row: Mapping[str, Any], literal: Callable[[str], str]) -> list[str]:
    return [f"{_json(name)}: {literal(_json(value))}" for name, value in row.items()]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _wrapped(items: list[str], separator: str) -> str:
    lines = [items[0]]
    for item in items[1:]:
        if len(lines[-1]) + len(item) > WIDTH:
            lines.append(item)
        else:
            lines[-1] += f", {item}"
    return f",{separator}".join(lines)
