"""API keys: made on a page, used by a program, revoked on a page."""

import re
import time

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

REFUSED_WITHIN_S = 2.0


def make_key(page: Page, label: str) -> str:
    """Make a key by hand and return its text."""
    page.goto("/keys/")
    page.get_by_label("What is it for?").fill(label)
    page.get_by_role("button", name="Create the key").click()
    fresh = page.get_by_role("region", name="Your new key")
    return fresh.locator("#code-key").inner_text()


def status_with(box, key: str) -> int:
    answer = httpx.get(f"{box.url}/api/v1/endpoints/penguins", headers={"Authorization": f"Bearer {key}"})
    return answer.status_code


def prediction_status_with(box, key: str) -> int:
    row = {"island": "Dream", "bill_length_mm": 39.5, "bill_depth_mm": 17.4, "flipper_length_mm": 186}
    row |= {"body_mass_g": 3800, "sex": "female", "year": 2007}
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.post(f"{box.url}/api/v1/endpoints/penguins/predict", json={"rows": [row]}, headers=headers).status_code


def becomes(status: int, ask, within_s: float = REFUSED_WITHIN_S) -> bool:
    end_s = time.monotonic() + within_s
    while ask() != status:
        if time.monotonic() > end_s:
            return False
        time.sleep(0.05)
    return True


def test_a_new_key_is_shown_once(open_page, ada):
    page = open_page("/keys/", ada)
    key = make_key(page, "shown once")
    assert re.fullmatch(r"bst_[\w-]{40}", key)
    page.goto("/keys/")
    expect(page.get_by_role("row", name="shown once")).to_contain_text(key[:6])
    assert key not in page.content()


def test_a_new_key_opens_the_endpoints_to_a_program_within_two_seconds(box, open_page, ada):
    key = make_key(open_page("/keys/", ada), "for a program")
    assert becomes(200, lambda: prediction_status_with(box, key))
    assert status_with(box, key) == 200


def test_a_revoked_key_is_refused_within_two_seconds(box, open_page, ada):
    page = open_page("/keys/", ada)
    key = make_key(page, "to be revoked")
    assert becomes(200, lambda: prediction_status_with(box, key))
    page.goto("/keys/")
    page.get_by_role("row", name="to be revoked").get_by_role("link", name="Revoke").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Revoke the key “to be revoked”?")
    page.get_by_role("button", name="Revoke it").click()
    assert becomes(401, lambda: prediction_status_with(box, key))
    assert status_with(box, key) == 401
    expect(page.get_by_role("status")).to_contain_text("The key is revoked")
    expect(page.get_by_role("row", name="to be revoked")).to_have_count(0)


def test_a_key_that_is_kept_goes_on_working(box, open_page, ada):
    page = open_page("/keys/", ada)
    key = make_key(page, "to be kept")
    page.goto("/keys/")
    page.get_by_role("row", name="to be kept").get_by_role("link", name="Revoke").click()
    page.get_by_role("link", name="Keep it").click()
    expect(page.get_by_role("row", name="to be kept")).to_be_visible()
    assert becomes(200, lambda: prediction_status_with(box, key))


def test_nobody_sees_or_revokes_the_key_of_another(open_page, ada, stranger):
    page = open_page("/keys/", ada)
    make_key(page, "of ada")
    page.goto("/keys/")
    address = page.get_by_role("row", name="of ada").get_by_role("link", name="Revoke").get_attribute("href")
    other = open_page("/keys/", stranger)
    expect(other.get_by_text("of ada")).to_have_count(0)
    answer = other.goto(str(address))
    assert answer
    assert answer.status == 404
