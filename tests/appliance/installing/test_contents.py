"""What a box holds from its first minute."""

import pytest

from appliance.installing import contents
from appliance.options import parser
from appliance.paths import DataDirectory


@pytest.mark.parametrize(
    ("typed", "at_first", "later"),
    [([], True, False), (["--no-examples"], False, False), (["--examples"], True, True)],
    ids=["nothing said", "--no-examples", "--examples"],
)
def test_examples_come_with_the_first_installation_unless_something_is_said(
    typed, at_first, later, tmp_path, monkeypatch
):
    data = DataDirectory(root=tmp_path)
    monkeypatch.setattr(contents, "DATA", data)
    said = parser().parse_args(["install", *typed]).examples
    assert contents.wants_examples(said=said) is at_first
    data.checks.write_text("{}")
    assert contents.wants_examples(said=said) is later
