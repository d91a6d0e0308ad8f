"""The tutorial leads where it says, by its own scripts and the names on the pages."""

import pytest

from tests.box.publishers import close
from tests.e2e import tutorial
from tests.e2e.pages import Person

pytestmark = pytest.mark.browser


def test_a_reader_of_the_tutorial_gets_through(box, open_page, tmp_path):
    paula = Person(name="paula", password=box.add_user("paula", role="publisher"))
    taken: list[str] = []
    try:
        tutorial.walk(open_page("/login/"), paula, tmp_path, taken.append)
    finally:
        close(box, "wines")
    shown = tutorial.TUTORIAL.read_text(encoding="utf-8")
    assert all(f"../images/tutorial-{name}.png" in shown for name in taken)
    assert len(taken) == shown.count("../images/tutorial-")
    assert all((tutorial.PICTURES / f"tutorial-{name}.png").is_file() for name in taken)
