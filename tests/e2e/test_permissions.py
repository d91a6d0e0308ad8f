"""Who sees what: absent and not yours look the same, and the administration is for administrators."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_stranger_is_told_what_to_do_instead_of_a_list(open_page, stranger):
    page = open_page("/", stranger)
    expect(page.get_by_text("No endpoint is open to you yet.")).to_be_visible()
    expect(page.get_by_text("An administrator opens endpoints to your groups.")).to_be_visible()


def test_an_endpoint_of_others_looks_as_if_it_were_absent(open_page, stranger, words):
    page = open_page("/", stranger, words)
    answers = [page.goto(f"/endpoints/{name}/") for name in ("penguins", "nowhere")]
    texts = []
    for path in ("/endpoints/penguins/", "/endpoints/nowhere/"):
        page.goto(path)
        texts.append(page.get_by_role("main").inner_text())
    assert [answer.status for answer in answers if answer] == [404, 404]
    assert texts[0] == texts[1]
    assert words.not_here in texts[0]


def test_an_administrator_opens_the_administration_from_the_navigation(open_page, admin):
    page = open_page("/", admin)
    page.get_by_role("link", name="Administration").click()
    for name in ("Users", "Endpoints", "Deployments", "Groups"):
        expect(page.get_by_role("main").get_by_role("link", name=name, exact=True).first).to_be_visible()


def test_a_user_is_not_offered_the_administration_and_does_not_get_it(open_page, ada):
    page = open_page("/", ada)
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)
    page.goto("/admin/")
    expect(page.get_by_role("link", name="Users")).to_have_count(0)
    expect(page.get_by_text("not authorized")).to_be_visible()


def test_nobody_sees_anything_without_logging_in(open_page):
    page = open_page("/login/")
    for path in ("/", "/endpoints/penguins/", "/keys/", "/box/", "/api/", "/password/"):
        page.goto(path)
        expect(page.get_by_role("heading", name="Log in to Bastide")).to_be_visible()
