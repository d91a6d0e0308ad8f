"""Sizes as an admin writes them: in bytes, or with K, M or G of 1,024 each, as systemd has them."""

import re
from typing import Final

from appliance.errors import ApplianceError

SIZE: Final = r"0*[1-9](\d{0,17}|\d{0,8}[KMG](iB)?)"
"""Above zero, and no more than a machine counts to. MB is left out: for some it is 1,000,000, for others 1,048,576."""

MEANING: Final = "a size above zero, in bytes or with K, M or G (KiB, MiB or GiB, of 1,024 each)"
UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
PARTS: Final = re.compile(r"(?P<number>\d+)(?P<unit>[KMG]?)(IB)?")


def parse(name: str, text: str) -> int:
    """Return the bytes that a setting says. Raise ApplianceError for what is no size."""
    if not re.fullmatch(SIZE, text.strip(), re.IGNORECASE):
        message = f"{name} is '{text}', which is not {MEANING}."
        raise ApplianceError(message, "set it to something like 2G, or leave it out")
    found = PARTS.fullmatch(text.strip().upper())
    assert found is not None, "A size has a number and at most a unit"
    return int(found["number"]) * UNITS[found["unit"]]
