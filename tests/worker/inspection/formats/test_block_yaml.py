"""What MLflow and BentoML write is read; anything else is an error and never a crash."""

import pytest

from worker.inspection.formats.block_yaml import YamlError, read

TEXT = """\
# a comment
plain: text with: a colon
'quoted key': 'it''s folded
  over lines'
double: "a \\"b\\" \\u00fc \\
  c"
nothing: null
yes: true
empty: {}
nested:
  deeper:
    number: 1.5
  list:
  - one
  - key: value
    other: value
block: |
  first
  second
"""


def test_it_reads_what_is_written():
    assert read(TEXT) == {
        "plain": "text with: a colon",
        "quoted key": "it's folded over lines",
        "double": 'a "b" ü c',
        "nothing": None,
        "yes": True,
        "empty": {},
        "nested": {"deeper": {"number": "1.5"}, "list": ["one", {"key": "value", "other": "value"}]},
        "block": "first\nsecond",
    }


@pytest.mark.parametrize(
    "text",
    [
        "no mapping",
        "a: 1\n- b",
        "&anchor: *x\n",
        "x" * 1_000_001,
        "".join(" " * n + "a:\n" for n in range(50)),
    ],
)
def test_what_is_not_of_the_subset_is_an_error(text):
    with pytest.raises(YamlError):
        read(text)
