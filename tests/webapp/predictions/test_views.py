"""The page on which a person asks an endpoint."""

import pytest

from tests.playground import PRICE, deployed_endpoint
from webapp.endpoints.models import Endpoint

ASK = "/endpoints/penguins/?bill_mm=46.1&island=Biscoe&year=2007&ringed=&note="


def page(client, path: str, language: str = "en") -> str:
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200
    text: str = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    return text


def test_the_form_has_a_field_for_each_feature(as_bob, penguins, online):
    text = page(as_bob, "/endpoints/penguins/")
    for name in ("bill_mm", "island", "year", "ringed", "note"):
        assert f'name="{name}"' in text
    assert 'method="get"' in text
    assert online.asked == []


def test_required_is_only_what_the_model_needs(as_bob, penguins):
    text = page(as_bob, "/endpoints/penguins/")
    assert text.count(" required") == 2


def test_the_answer_is_in_words_with_its_probabilities(as_bob, penguins, online):
    text = page(as_bob, ASK)
    assert 'Gentoo<span class="confidence"> — the model gives it 98.7 %' in text
    assert 'width="98.70"' in text
    assert "1.3 %" in text
    assert "Answered by version 1." in text


def test_the_online_path_gets_the_row(as_bob, penguins, online):
    page(as_bob, ASK)
    row = {"bill_mm": 46.1, "island": "Biscoe", "year": 2007, "ringed": None, "note": None}
    assert online.asked == [("penguins", {"rows": [row]})]


def test_the_answer_speaks_french(as_bob, penguins, online):
    text = page(as_bob, ASK, "fr")
    assert "le modèle lui donne 98,7 %" in text
    assert 'width="98.70"' in text


def test_the_link_reproduces_the_answer(as_bob, penguins, online):
    assert f'href="http://testserver{ASK.replace("&", "&amp;")}"' in page(as_bob, ASK)


def test_what_was_asked_stays_in_the_form(as_bob, penguins, online):
    text = page(as_bob, ASK)
    assert 'value="46.1"' in text
    assert '<option value="Biscoe" selected>' in text


def test_the_example_fills_the_form_and_asks_nothing(as_bob, penguins, online):
    text = page(as_bob, "/endpoints/penguins/?_example=1")
    assert 'value="46.1"' in text
    assert '<option value="true" selected>' in text
    assert online.asked == []


def test_a_number_comes_with_its_unit_and_in_full(as_bob, alice, online):
    deployed_endpoint(alice, "diamonds", PRICE)
    online.gives(prediction=2401.8081622322525)
    text = page(as_bob, "/endpoints/diamonds/?carat=0.7")
    assert "2,401.81 USD" in text
    assert "In full: 2401.8081622322525." in text


def test_classes_without_probabilities_are_just_named(as_bob, penguins, online):
    online.gives(prediction="Adelie")
    text = page(as_bob, ASK)
    assert "Adelie" in text
    assert "confidence" not in text


def test_many_classes_are_folded(as_bob, penguins, online):
    online.gives(prediction="7", probabilities={str(n): 0.04 for n in range(25)})
    assert "13 more classes" in page(as_bob, ASK)


def test_an_unusual_value_is_answered_with_a_notice(as_bob, penguins, online):
    text = page(as_bob, ASK.replace("46.1", "80"))
    assert "Gentoo" in text
    assert "take the answer with care" in text


CAUTION = "lies outside what the model was measured on (Bill): do not rely on this answer."


def test_an_answer_to_an_unusual_value_says_before_its_bars_not_to_rely_on_it(as_bob, penguins, online):
    text = page(as_bob, ASK.replace("46.1", "80"))
    assert 0 < text.find(f"1 of the values {CAUTION}") < text.find("<table")
    assert CAUTION not in page(as_bob, ASK)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "2 of the values lie outside what the model was measured on (Bill, Year): do not rely on"),
        ("fr", "2 valeurs sont hors de ce sur quoi le modèle a été mesuré (Bill, Year) : ne vous fiez pas"),
    ],
)
def test_unusual_values_are_counted_and_named(as_bob, penguins, online, language, words):
    assert words in page(as_bob, ASK.replace("46.1", "80").replace("2007", "1850"), language)


def test_a_problem_stands_at_its_field_in_the_persons_language(as_bob, penguins, online):
    online.refuses(
        400,
        code="invalid_input",
        rows=[{"row": 1, "feature": "year", "code": "wrong_type", "message": "m", "facts": {"expected": "integer"}}],
    )
    text = page(as_bob, ASK.replace("2007", "soon"), "fr")
    assert 'id="feature-3-problems">Il faut un nombre entier.' in text
    assert "Le modèle ne peut pas traiter ces valeurs." in text
    assert 'value="soon"' in text


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (503, "model_not_ready", "Nobody computes at the moment"),
        (429, "queue_full", "more requests than it can answer"),
        (504, "prediction_timeout", "did not answer in time"),
        (500, "model_crashed", "ended its process on these values"),
        (404, "not_found", "No."),
    ],
)
def test_an_error_of_the_lane_is_a_calm_sentence(as_bob, penguins, online, status, code, words):
    online.refuses(status, code=code)
    assert words in page(as_bob, ASK)


def test_the_page_tells_how_good_the_version_is_and_what_computes_it(as_bob, penguins):
    text = page(as_bob, "/endpoints/penguins/")
    assert "99.1 %" in text
    assert "Measured on 115 rows of reference data." in text
    assert "ONNX Runtime" in text
    assert "onnxruntime: the answers agree" in text


def test_the_page_shows_the_same_call_for_programs(as_bob, penguins):
    text = page(as_bob, "/endpoints/penguins/")
    assert "curl http://testserver/api/v1/endpoints/penguins/predict" in text
    assert "YOUR_KEY" in text


def test_the_call_for_programs_asks_what_was_asked(as_bob, penguins, online):
    assert "&quot;year&quot;: 2008" in page(as_bob, ASK.replace("2007", "2008"))


def test_values_that_were_refused_are_not_for_programs(as_bob, penguins, online):
    problem = {"row": 1, "feature": "year", "code": "wrong_type", "message": "m", "facts": {"expected": "integer"}}
    online.refuses(400, code="invalid_input", rows=[problem])
    text = page(as_bob, ASK.replace("2007", "soon"))
    assert "&quot;year&quot;: 2007" in text
    assert "&quot;soon&quot;" not in text


def test_a_script_in_a_value_is_text(as_bob, penguins, online):
    text = page(as_bob, ASK.replace("note=", "note=%3Cscript%3Ealert(1)%3C/script%3E"))
    assert "<script>alert" not in text


def test_a_stranger_gets_404(as_charlie, penguins, online):
    response = as_charlie.get(ASK)
    assert response.status_code == 404
    assert "There is nothing here for you" in response.content.decode()
    assert online.asked == []


def test_absent_and_not_yours_look_the_same(as_charlie, penguins):
    strange = as_charlie.get("/endpoints/penguins/").content.decode().replace("penguins", "absent")
    absent = as_charlie.get("/endpoints/absent/").content.decode()
    assert [line for line in strange.splitlines() if "csrf" not in line] == [
        line for line in absent.splitlines() if "csrf" not in line
    ]


def test_an_endpoint_without_a_version_says_the_next_step(as_alice):
    Endpoint.objects.create(name="empty", title="Empty")
    assert "There is nothing to ask yet." in page(as_alice, "/endpoints/empty/")


def test_asking_is_reading(as_bob, penguins):
    assert as_bob.post("/endpoints/penguins/").status_code == 405


def test_what_a_french_hand_typed_leads_to_an_address_for_every_language(as_bob, penguins, online):
    response = as_bob.get(ASK.replace("46.1", "46,1"), headers={"Accept-Language": "fr"})
    assert (response.status_code, response["Location"]) == (302, ASK)
    assert 'value="46,1"' in page(as_bob, ASK, "fr")


def test_a_comma_in_english_is_refused_and_not_guessed_at(as_bob, penguins, online):
    page(as_bob, ASK.replace("46.1", "46,1"))
    assert online.asked[0][1]["rows"][0]["bill_mm"] == "46,1"
