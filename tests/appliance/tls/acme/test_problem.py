"""What a server says is wrong, as sentences."""

import pytest

from appliance.tls.acme.problem import problem_of

WHERE = "ca.corp.example:443"
URN = "urn:ietf:params:acme:error:"
SUBPROBLEMS = [
    {"type": f"{URN}rejectedIdentifier", "detail": "not ours.", "identifier": {"type": "dns", "value": "bank.example"}},
    {"type": f"{URN}caa", "detail": "CAA forbids it", "identifier": {"type": "dns", "value": "shop.example"}},
]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({}, f"The ACME server {WHERE} refuses: it does not say why (unknown)."),
        ({"type": f"{URN}malformed", "detail": "No."}, f"The ACME server {WHERE} refuses: No (malformed)."),
        (
            {"type": f"{URN}rejectedIdentifier", "detail": "policy forbids box.example"},
            f"The ACME server {WHERE} refuses box.example: policy forbids box.example (rejectedIdentifier).",
        ),
        (
            {"type": f"{URN}malformed", "detail": "Two.", "subproblems": SUBPROBLEMS},
            f"The ACME server {WHERE} refuses bank.example, shop.example: Two. not ours. CAA forbids it (malformed).",
        ),
        ({"detail": 7, "subproblems": "none"}, f"The ACME server {WHERE} refuses: 7 (unknown)."),
    ],
)
def test_a_problem_becomes_a_sentence(document, sentence):
    assert problem_of(WHERE, document, asked=["box.example", "10.0.0.5"]).message == sentence


def test_what_a_terminal_would_obey_is_left_out():
    found = problem_of(WHERE, {"detail": "red \x1b[31m\n\x07 " + "x" * 5000})
    assert "\x1b" not in found.message
    assert "\x07" not in found.message
    assert len(found.message) < 700


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("externalAccountRequired", "--eab-kid KID --eab-hmac-file FILE"),
        ("rejectedIdentifier", "--name"),
        ("unsupportedContact", "--contact"),
        ("rateLimited", "wait"),
        ("serverInternal", "whoever runs the ACME server"),
    ],
)
def test_each_kind_says_what_to_do(kind, typed):
    assert typed in problem_of(WHERE, {"type": f"{URN}{kind}"}).hint
