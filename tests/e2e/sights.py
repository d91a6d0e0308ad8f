"""Every page of the site in a state worth looking at: for the accessibility scan, for phones and for screenshots."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """A page as an administrator sees it; nobody's when one need not be logged in."""

    name: str
    path: str
    is_public: bool = False


PENGUIN_QUERY: Final = (
    "island=Biscoe&bill_length_mm=45.3&bill_depth_mm=14.1&flipper_length_mm=212&body_mass_g=4750&sex="
)
DIAMOND_QUERY: Final = "carat=0.71&cut=Ideal&color=E&clarity=VS2&depth=61.9&table=57&x=5.71&y=5.74&z=3.55"

SIGHTS: Final = (
    Sight(name="login", path="/login/", is_public=True),
    Sight(name="home", path="/"),
    Sight(name="form", path="/endpoints/biopsy/"),
    Sight(name="answer", path=f"/endpoints/penguins/?{PENGUIN_QUERY}&year=2008"),
    Sight(name="unusual", path=f"/endpoints/penguins/?{PENGUIN_QUERY}&year=1908"),
    Sight(name="number", path=f"/endpoints/diamonds/?{DIAMOND_QUERY}"),
    Sight(name="wrong", path=f"/endpoints/penguins/?{PENGUIN_QUERY}&year=long"),
    Sight(name="jobs", path="/jobs/"),
    Sight(name="models", path="/models/"),
    Sight(name="model", path="/models/penguins/"),
    Sight(name="version", path="/models/penguins/versions/1/"),
    Sight(name="report", path="/models/penguins/versions/1/report/"),
    Sight(name="report-number", path="/models/diamonds/versions/1/report/"),
    Sight(name="card", path="/models/penguins/card/"),
    Sight(name="write-card", path="/models/penguins/card/write/"),
    Sight(name="publish", path="/models/publish/"),
    Sight(name="publish-next", path="/models/penguins/publish/"),
    Sight(name="delete", path="/models/penguins/versions/1/end/delete/"),
    Sight(name="manage", path="/endpoints/penguins/manage/"),
    Sight(name="deploy", path="/endpoints/penguins/manage/deploy/?version=1&role=shadow&share=50"),
    Sight(name="rollback", path="/endpoints/penguins/manage/rollback/"),
    Sight(name="predictions", path="/endpoints/penguins/predictions/"),
    Sight(name="outcomes", path="/endpoints/penguins/outcomes/files/"),
    Sight(name="journal", path="/endpoints/penguins/journal/"),
    Sight(name="deletions", path="/deletions/?endpoints=penguins"),
    Sight(name="audit", path="/audit/"),
    Sight(name="keys", path="/keys/"),
    Sight(name="programs", path="/api/"),
    Sight(name="box", path="/box/"),
    Sight(name="password", path="/password/"),
    Sight(name="missing", path="/endpoints/nowhere/"),
)
