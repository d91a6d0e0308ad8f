"""What of the placed files makes an upgrade start a service anew."""

import pytest

from appliance.keeping.placed import meaning

LINES = b"# The queue.\nport 0\n\n    timeout 5\n"


@pytest.mark.parametrize("other", [b"port 0\ntimeout 5", b"# Another word.\nport 0\n# And one.\n\ttimeout 5  \n"])
def test_another_comment_or_indent_means_the_same(other):
    assert meaning(other) == meaning(LINES)


@pytest.mark.parametrize("other", [b"", b"port 1\ntimeout 5\n", b"timeout 5\nport 0\n", b"port 0\ntimeout 5 # s\n"])
def test_another_line_or_order_means_something_else(other):
    assert meaning(other) != meaning(LINES)
