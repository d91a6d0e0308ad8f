"""A prediction's life in a real box: asked, found, asked again, told what came true of it, and deleted with a proof."""

import html
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import httpx
import pytest

from appliance.steps import manage
from tests.running_box import LAUNCHER, RunningBox, eventually

pytestmark = pytest.mark.box

PREDICTIONS: Final = "/endpoints/penguins/predictions/"
FILES: Final = "/endpoints/penguins/outcomes/files/"
PENGUIN: Final = {
    "island": "Biscoe",
    "bill_length_mm": 41.6,
    "bill_depth_mm": 18,
    "flipper_length_mm": 192,
    "body_mass_g": 3950,
    "sex": "male",
    "year": 2008,
}


@pytest.fixture(scope="module")
def admin(box: RunningBox) -> Iterator[httpx.Client]:
    with closing(browsing(box, "admin", box.admin_password)) as client:
        yield client


def browsing(box: RunningBox, user: str, password: str) -> httpx.Client:
    client = httpx.Client(base_url=box.url, follow_redirects=True, timeout=30)
    client.get("/login/")
    answer = posted(client, "/login/", username=user, password=password)
    assert answer.status_code == 200
    assert "sessionid" in client.cookies
    return client


def posted(client: httpx.Client, address: str, files: Any = None, **said: str) -> httpx.Response:
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
    return client.post(address, data=token | said, files=files, headers={"Referer": str(client.base_url)})


def text(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def asked(box: RunningBox, request_id: str, user: str = "admin") -> str:
    headers = {"Authorization": f"Bearer {box.key(user)}", "X-Request-ID": request_id}
    address = f"{box.url}/api/v1/endpoints/penguins/predict"
    answer = httpx.post(address, json={"rows": [PENGUIN]}, headers=headers).raise_for_status().json()
    assert answer["request_id"] == request_id
    return str(answer["predictions"][0]["prediction"])


def shows(client: httpx.Client, words: str, address: str = PREDICTIONS, **query: str) -> bool:
    """Return whether a page comes to say this: the journal is written once a second, and read by a busy worker."""
    return eventually(lambda: words in text(client.get(address, params=query)), timeout_s=60.0)


def test_what_a_program_asked_is_found_by_its_own_id(box, admin):
    prediction = asked(box, "records-1")
    assert shows(admin, "by a program", by="request", id="records-1")
    told = text(admin.get(PREDICTIONS, params={"by": "request", "id": "records-1"}))
    assert f"It was answered {prediction}" in told
    assert "41.6 mm" in told
    assert "Who admin" in told


def test_a_colleague_finds_their_own_and_no_other(box):
    box.add_user("records-colleague")
    asked(box, "records-theirs", "records-colleague")
    asked(box, "records-2")
    password = box.add_user("records-reader")
    with closing(browsing(box, "records-reader", password)) as reader:
        assert shows(reader, "You have asked nothing that is known by that.", by="request", id="records-theirs")


def test_any_version_is_asked_again_and_answers_the_same(box, admin):
    asked(box, "records-3")
    search = {"by": "request", "id": "records-3"}
    assert shows(admin, "It was answered", **search)
    told = text(admin.get(PREDICTIONS, params=search | {"row": "0", "again": "1"}))
    assert "The same as was answered then." in told


def test_what_came_true_is_told_by_a_page_and_by_a_file_of_which_the_last_holds(box, admin):
    asked(box, "records-4")
    search = {"by": "request", "id": "records-4"}
    assert shows(admin, "It was answered", **search)
    told = posted(admin, "/endpoints/penguins/outcomes/", request_id="records-4", row="0", value="Gentoo")
    assert "Thank you." in text(told)
    assert shows(admin, "It came true: Gentoo", **search)
    content = "request_id;truth\nrecords-4;Adelie\nrecords-never;Gentoo\nrecords-4;Dodo\n".encode("utf-16")
    sent = posted(admin, FILES, files={"file": ("outcomes.csv", content, "text/csv")})
    here = str(sent.url).removeprefix(box.url)
    assert shows(admin, "UTF-16, little-endian, separated by semicolons", here)
    posted(admin, here, by="request", key="request_id", value="truth", row="")
    assert shows(admin, "2 of 3 outcomes are kept.", here)
    assert "Line 4 Dodo is not one of" in text(admin.get(here))
    assert shows(admin, "It came true: Adelie", **search)


def test_a_persons_rows_are_counted_deleted_and_proven(box, admin):
    for number in range(3):
        asked(box, f"records-forgotten-{number}")
    search = {"by": "request", "id": "records-forgotten-0"}
    assert shows(admin, "It was answered", **search)
    ids = "\n".join(f"records-forgotten-{number}" for number in range(3))
    wish = {"endpoints": "penguins", "by": "request", "ids": ids, "reason": "a test"}
    counted = posted(admin, "/deletions/", **wish)
    here = str(counted.url).removeprefix(box.url)
    assert shows(admin, "3 rows are meant", here)
    posted(admin, here, typed="3")
    assert shows(admin, "3 rows are deleted.", here)
    proof = admin.get(f"{here}proof.json").json()
    assert proof["is_complete"] is True
    assert "records-forgotten" not in json.dumps(proof)
    assert shows(admin, "Nothing is known by that.", **search)
    journal = box.data.spool / "journal" / "penguins"
    assert not any(b"records-forgotten" in path.read_bytes() for path in journal.rglob("*.rows"))


def test_the_command_deletes_what_its_count_confirms(box):
    asked(box, "records-by-command")
    said = ("--by", "request", "--value", "records-by-command", "--user", "admin", "--reason", "a test")
    assert eventually(
        lambda: manage(box.data, "forget_rows", "penguins", *said).startswith("1 rows and outcomes"), timeout_s=30.0
    )
    proof = json.loads(manage(box.data, "forget_rows", "penguins", *said, "--confirm", "1"))
    assert proof["is_complete"] is True


def forgotten(box: RunningBox, *options: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Return how `bastide forget` ended for somebody who types that where it asks."""
    argv = [LAUNCHER, "forget", *options, "--user", "admin", "--reason", "a test", "--data-dir", str(box.data_dir)]
    return subprocess.run(argv, input=typed, capture_output=True, text=True, check=False, timeout=120)


def test_rows_are_deleted_from_a_terminal_once_somebody_confirms(box, admin):
    asked(box, "records-by-terminal")
    assert shows(admin, "It was answered", by="request", id="records-by-terminal")
    said = ("penguins", "--by", "request", "--value", "records-by-terminal")
    refused = forgotten(box, *said, typed="yes\n")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "penguins: 1 rows, 0 outcomes" in refused.stderr
    assert "backups made with --with-journal" in refused.stderr
    done = forgotten(box, *said, typed="delete 1\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["is_complete"] is True
    again = forgotten(box, "--by", "request", "--value", "records-by-terminal", "--yes")
    assert (again.returncode, again.stdout) == (1, "")
    assert "No row is known by that" in again.stderr


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (("unicorns", "--by", "key", "--value", "1"), "There is no endpoint unicorns."),
        (("penguins", "--by", "caller", "--value", "nobody"), "There is no account nobody."),
        (("penguins", "--by", "feature", "--value", "1"), "That selects nothing."),
    ],
)
def test_what_cannot_be_meant_is_named(box, said, named):
    ended = forgotten(box, *said, "--yes")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert named in ended.stderr
