"""The reference is complete: what the code knows, the pages name."""

import re
from pathlib import Path

import pytest
from ninja import Schema

from webapp.api import comparisons, deployment_schemas, ground_truth, job_schemas, model_schemas, schemas, uploads
from webapp.api.errors import ANSWERS
from webapp.api.jobs import OPTIONS
from webapp.jobs.describing import SHOWN_AS
from webapp.jobs.models import Status
from worker.contract.errors import STATUS, ErrorCode

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_error_code_is_described_with_its_status():
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", (DOCS / "reference/errors.md").read_text(), re.MULTILINE)
    assert {code: int(status) for code, status in rows} == {code.value: int(STATUS[code]) for code in ErrorCode}


@pytest.mark.parametrize(
    "module",
    [schemas, model_schemas, deployment_schemas, comparisons, job_schemas, uploads, ground_truth],
    ids=lambda each: each.__name__,
)
def test_every_field_of_the_api_is_named(module):
    text = (DOCS / "reference/api.md").read_text()
    known = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Schema)]
    fields = {field.alias or name for schema in known for name, field in schema.model_fields.items()}
    assert fields
    assert {name for name in fields if not re.search(rf"[`\"]{name}[`\"]", text)} == set()


def test_every_option_of_a_job_and_every_status_is_named():
    text = (DOCS / "reference/api.md").read_text()
    statuses = set(Status) - set(SHOWN_AS)
    assert [name for name in (*OPTIONS, *statuses) if f"`{name}`" not in text] == []


def test_every_code_of_the_table_of_answers_is_described():
    text = (DOCS / "reference/errors.md").read_text()
    assert {code for _, code, *_ in ANSWERS.values() if f"`{code}`" not in text} == set()


def test_links_between_pages_lead_somewhere():
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
