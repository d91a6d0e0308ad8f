"""What people type as the names of a box."""

from ipaddress import ip_address

import pytest

from appliance.errors import ApplianceError
from appliance.tls.names import Names, names_of


@pytest.mark.parametrize(
    "text",
    ["", "-box", "box-", "bo_x", "box..example", "*.example", "boîte.example", "a" * 64, "1.2.3", "10.0.0.256", "a b"],
)
def test_what_is_no_host_name_is_refused(text):
    with pytest.raises(ApplianceError, match="is not a host name"):
        names_of([text])


WITH_OTHER_LETTERS = (
    "use letters a to z, digits, hyphens and dots; write a name with other letters as its form with xn--"
)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("https://Models.corp.example/", "leave out https://: --name models.corp.example"),
        ("http://10.0.0.5:8000", "leave out http://: --name 10.0.0.5"),
        ("models.corp.example:443", "leave out what is not the name: --name models.corp.example"),
        ("models.corp.example/login", "leave out what is not the name: --name models.corp.example"),
        ("bo_x", WITH_OTHER_LETTERS),
        ("https://[::1", WITH_OTHER_LETTERS),
    ],
)
def test_who_pasted_an_address_is_told_which_part_is_the_name(text, hint):
    with pytest.raises(ApplianceError) as refused:
        names_of([text])
    assert refused.value.hint == hint


@pytest.mark.parametrize("text", ["0.0.0.0", "::", "224.0.0.1", "fe80::1%eth0"])  # noqa: S104  # nothing is bound
def test_addresses_that_nobody_reaches_a_box_by_are_refused(text):
    with pytest.raises(ApplianceError, match="not one that people can reach"):
        names_of([text])


def test_no_name_at_all_is_refused():
    with pytest.raises(ApplianceError, match="no name yet"):
        names_of([])


def test_names_and_addresses_are_sorted_and_kept_once():
    names = names_of([" Box.Example. ", "10.0.0.5", "box.example", "[2001:DB8::5]", "2001:db8:0::5"])
    assert names == Names(dns=("box.example",), addresses=(ip_address("10.0.0.5"), ip_address("2001:db8::5")))
    assert names.first == "box.example"


def test_the_order_makes_no_other_names():
    assert names_of(["a.example", "b.example"]).is_same_as(names_of(["b.example", "a.example"]))
    assert not names_of(["a.example"]).is_same_as(names_of(["a.example", "b.example"]))


def test_a_wildcard_stands_for_one_label():
    held = Names(dns=("*.corp.example",))
    names = names_of(["models.corp.example", "a.models.corp.example", "corp.example", "10.0.0.5"])
    assert names.uncovered_by(held) == names_of(["a.models.corp.example", "corp.example", "10.0.0.5"])
