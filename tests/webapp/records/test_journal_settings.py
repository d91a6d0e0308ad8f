"""Administrators decide on a page what the journal keeps; the trail tells, and the page warns."""

from django.urls import reverse

from webapp.audit.models import Action, AuditEvent

KEPT = {"keeps_journal": "on", "keeps_inputs": "on", "journal_days": "30", "journal_megabytes": "500"}


def address() -> str:
    return reverse("journal_settings", args=["penguins"])


def test_settings_are_changed_and_told(as_alice, penguins):
    said = KEPT | {"hashed": ["note"]}
    del said["keeps_inputs"]
    assert as_alice.post(address(), said).status_code == 302
    penguins.refresh_from_db()
    assert (penguins.keeps_journal, penguins.keeps_inputs) == (True, False)
    assert (penguins.journal_days, penguins.journal_megabytes) == (30, 500)
    assert penguins.hashed_features == ["note"]
    event = AuditEvent.objects.get(action=Action.ENDPOINT_CHANGED)
    assert event.before["keeps_inputs"] is True
    assert event.after["journal_days"] == 30


def test_what_makes_monitoring_blind_is_warned_of(as_alice, penguins):
    assert b"Only answers are kept" not in as_alice.get(address()).content
    penguins.keeps_inputs = False
    penguins.save()
    assert b"Only answers are kept" in as_alice.get(address()).content
    penguins.keeps_journal = False
    penguins.save()
    assert b"Nothing is kept: neither drift nor quality can be told." in as_alice.get(address()).content


def test_bounds_that_cannot_be_are_refused(as_alice, penguins):
    response = as_alice.post(address(), KEPT | {"journal_days": "0", "journal_megabytes": "1"})
    assert response.status_code == 400
    assert response.content.count(b"field-problem") == 2
    penguins.refresh_from_db()
    assert penguins.journal_days == 90


def test_a_feature_that_no_version_has_is_not_hashed_but_one_named_before_may_stay(as_alice, penguins):
    penguins.hashed_features = ["former"]
    penguins.save()
    as_alice.post(address(), KEPT | {"hashed": ["former", "absent"]})
    penguins.refresh_from_db()
    assert penguins.hashed_features == ["former"]


def test_who_only_manages_the_endpoint_does_not_decide(as_bob, penguins):
    assert as_bob.get(address()).status_code == 403
    assert as_bob.post(address(), KEPT).status_code == 403
