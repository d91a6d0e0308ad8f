"""The reference is complete: what the code knows, the pages name."""

import re
from pathlib import Path

import pytest
from ninja import Schema

from webapp.api import comparisons, deployment_schemas, model_schemas, schemas
from worker.contract.errors import STATUS, ErrorCode

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_error_code_is_described_with_its_status():
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", (DOCS / "reference/errors.md").read_text(), re.MULTILINE)
    assert {code: int(status) for code, status in rows} == {code.value: int(STATUS[code]) for code in ErrorCode}


@pytest.mark.parametrize(
    "module", [schemas, model_schemas, deployment_schemas, comparisons], ids=lambda each: each.__name__
)
def test_every_field_of_the_api_is_named(module):
    text = (DOCS / "reference/api.md").read_text()
    known = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Schema)]
    fields = {field.alias or name for schema in known for name, field in schema.model_fields.items()}
    assert fields
    assert {name for name in fields if not re.search(rf"[`\"]{name}[`\"]", text)} == set()


def test_links_between_pages_lead_somewhere():
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
