"""The reference is complete: what the code knows, the pages name."""

import re
from pathlib import Path

from worker.contract.errors import STATUS, ErrorCode

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_error_code_is_described_with_its_status():
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", (DOCS / "reference/errors.md").read_text(), re.MULTILINE)
    assert {code: int(status) for code, status in rows} == {code.value: int(STATUS[code]) for code in ErrorCode}


def test_links_between_pages_lead_somewhere():
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
