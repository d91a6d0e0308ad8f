"""Whatever a model, its data or its people call a thing, no page becomes a program by it."""

import dataclasses
import html.parser
from typing import Any

import msgspec
import pytest
from django.test import Client

from tests.playground import NOON, manifest, submission
from webapp.endpoints.models import Endpoint
from webapp.registry.comparing import record as record_comparison
from webapp.registry.comparisons import VersionComparison
from webapp.registry.models import CARD_TEXTS, ModelVersion
from webapp.registry.publishing import publish, record, store
from worker.contract.comparison import Compared, ComparisonOutcome, DifferentRow
from worker.contract.inspection import InspectionOutcome
from worker.contract.manifest import Quality
from worker.contract.profile import CategoryProfile, ColumnProfile, Profile
from worker.contract.report import CalibrationBin, Confusion, Importance, Latency, Measurements, Report
from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature
from worker.contract.words import Words

pytestmark = pytest.mark.django_db

MARK = "alert(4711)"
EVIL = f"""x<script>{MARK}</script>"'><img src=x onerror={MARK}></title></textarea></svg>{{{{ 7 }}}}%s{{0}}"""
LINK = f"javascript:{MARK}"
SIGNATURE = Signature(
    features=(
        Feature(name=EVIL, type=FeatureType.NUMBER, minimum=0.0, maximum=9.0, unit=EVIL),
        Feature(name=f"kind {EVIL}", type=FeatureType.CATEGORY, categories=(EVIL, "oak")),
        Feature(name=f"note {EVIL}", type=FeatureType.TEXT, required=False),
    ),
    output=Output(kind=OutputKind.CLASS, name=EVIL, labels=(EVIL, "oak"), unit=EVIL, probabilities=True),
)
EXAMPLE = {EVIL: 1.5, f"kind {EVIL}": EVIL, f"note {EVIL}": EVIL}
REPORT = Report(
    measurements=Measurements(
        load_ms=1.0,
        resident_bytes=1,
        peak_bytes=1,
        latency=(Latency(rows=1, p50_ms=1.0, p99_ms=1.0), Latency(rows=10, p50_ms=2.0, p99_ms=2.0)),
        rows_per_s=1.0,
        deterministic=True,
    ),
    calibration=(CalibrationBin(foretold=0.7, observed=0.5, low=0.2, high=0.8, rows=40),),
    confusion=Confusion(labels=(EVIL, "oak"), counts=((6, 1), (2, 5))),
    importance=(Importance(feature=EVIL, value=0.4, sd=0.1),),
    remarks=(Words("“{feature}” changes no answer: the model ignores it.", {"feature": EVIL}), Words(EVIL)),
    positive_label=EVIL,
)
FOUND: dict[str, Any] = {
    "format": EVIL,
    "engine_reason": EVIL,
    "engine_words": (Words("{step}, as this model uses it, cannot be converted to ONNX.", {"step": EVIL}),),
    "engine_detail": EVIL,
    "example": EXAMPLE,
    "estimator": EVIL,
    "made_with": {EVIL: EVIL},
    "quality": (Quality(name="accuracy", value=0.9), Quality(name=EVIL, value=0.5, unit=EVIL, label=EVIL)),
    "report": REPORT,
    "target": EVIL,
}
ROW = DifferentRow(row=1, values={EVIL: EVIL}, old=EVIL, new="oak", truth=EVIL)
PAGES = (
    "/", "/endpoints/trees/", "/endpoints/trees/manage/", "/endpoints/trees/manage/deploy/?version=2&role=challenger",
    "/endpoints/trees/manage/rollback/", "/models/", "/models/trees/", "/models/trees/publish/", "/models/trees/card/",
    "/models/trees/card/write/", "/models/trees/compare/?from=1&to=2", "/models/trees/versions/1/",
    "/models/trees/versions/1/report/", "/models/trees/versions/3/", "/models/trees/versions/3/report/",
    "/models/trees/versions/1/end/archive/", "/audit/", "/box/", "/api/", "/admin/", "/admin/registry/registeredmodel/",
    "/admin/registry/modelversion/", "/admin/endpoints/endpoint/", "/admin/accounts/user/",
    f"/models/{LINK}/", f"/audit/?by={EVIL}&since={EVIL}", f"/models/trees/compare/?from={EVIL}",
)  # fmt: skip


class Programs(html.parser.HTMLParser):
    """Collects from a page what a browser would run: scripts in it, handlers, and addresses that are programs."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.is_in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_in_script = tag == "script"
        for name, value in attrs:
            is_program = name in {"href", "src", "action", "formaction", "xlink:href"} and MARK in (value or "")
            if name.startswith("on") or (is_program and (value or "").strip().lower().startswith("javascript")):
                self.found.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag: str) -> None:
        self.is_in_script = False

    def handle_data(self, data: str) -> None:
        if self.is_in_script and MARK in data:
            self.found.append(data)


def programs_in(page: str) -> list[str]:
    parser = Programs()
    parser.feed(page)
    return parser.found


@pytest.fixture
def trees(alice, tmp_path, monkeypatch) -> Endpoint:
    """A deployed version, another, and a rejected one, all of whose words are evil."""
    monkeypatch.setattr("webapp.celery.app.send_task", lambda *_, **__: None)
    for number in (1, 2, 3):
        given = submission(tmp_path / str(number), name="trees", artifact=b"%d" % number)
        version = publish(alice, _evil(given))
        found: dict[str, Any] = {"manifest": manifest(SIGNATURE, **FOUND)}
        if number == 3:
            found = {"reason": EVIL, "hint": EVIL, "reason_words": Words(EVIL), "hint_words": Words(EVIL)}
        record(InspectionOutcome(inspection_id=version.inspection_id, version_id=version.pk, **found))
    version.model.write_card(dict.fromkeys(CARD_TEXTS, f"{EVIL} {LINK}"))
    _profile(alice.models.get().versions.get(number=1))
    _compare()
    return Endpoint.objects.get()


def _evil(given: Any) -> Any:
    return dataclasses.replace(given, title=EVIL, description=f"{EVIL} {LINK}", notes=EVIL)


def _profile(version: ModelVersion) -> None:
    column = ColumnProfile(
        name=EVIL, count=9, categories=CategoryProfile(values=(EVIL, "oak"), counts=(6, 3), distinct=2)
    )
    profile = Profile(rows=9, features=(column,), prediction=column, probabilities=(column,), target=column)
    path = store().models_dir / version.digest / "profile.json"
    path.write_bytes(msgspec.json.encode(profile))


def _compare() -> None:
    old, new = ModelVersion.objects.filter(number__in=(1, 2)).order_by("number")
    asked = VersionComparison.objects.create(old=old, new=new, comparison_id="c" * 32, asked_at=NOON)
    found = Compared(
        reference_rows=9,
        rows=9,
        left_out=0,
        different=1,
        gap_mean=0.1,
        gap_max=0.2,
        most=(ROW,),
        answers=REPORT.confusion,
    )
    record_comparison(ComparisonOutcome(comparison_id=asked.comparison_id, compared=found))


def seen(client: Client) -> dict[str, str]:
    version = ModelVersion.objects.get(number=3)
    admin = (
        f"/admin/registry/modelversion/{version.pk}/change/",
        f"/admin/registry/registeredmodel/{version.model.pk}/change/",
    )
    return {path: client.get(path).content.decode() for path in (*PAGES, *admin)}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_page_runs_what_something_is_called(as_alice, trees, language):
    as_alice.cookies["django_language"] = language
    pages = seen(as_alice)
    assert {path: found for path, page in pages.items() if (found := programs_in(page))} == {}
    assert sum(MARK in page for page in pages.values()) > 15


def test_the_answers_to_a_form_are_not_run_either(as_alice, trees, online):
    online.gives(prediction=EVIL, probabilities={EVIL: 0.9, "oak": 0.1})
    answered = as_alice.get("/endpoints/trees/", {**EXAMPLE, EVIL: "1.5"}).content.decode()
    assert len(online.asked) == 1
    assert programs_in(answered) == []


@pytest.mark.parametrize(
    "path", ["models/{}", "endpoints/{}", "models/trees/versions/{}", "models/trees/compare?from={}&to=1"]
)
def test_errors_of_the_api_are_not_pages(as_alice, trees, path):
    answer = as_alice.get("/api/v1/" + path.format(EVIL.replace("/", "").replace("%", "")))
    assert answer.status_code in {400, 404}
    assert answer["Content-Type"].startswith("application/json")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_this_test_knows_a_program_when_it_sees_one():
    assert len(programs_in(EVIL)) == 2
    assert programs_in(f'<a href="{LINK}">x</a>') != []
