"""Endpoints as the home page shows them."""

from dataclasses import dataclass
from datetime import datetime

from webapp.endpoints.models import Endpoint
from webapp.endpoints.wording import State, purpose, state_of, state_sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One endpoint: what it predicts and how it is."""

    name: str
    title: str
    description: str
    purpose: str
    state: State
    state_sentence: str


def card(endpoint: Endpoint, now: datetime, *, is_computing: bool) -> Card:
    """Return the card of an endpoint."""
    champion = endpoint.champion
    state = state_of(endpoint, is_computing=is_computing)
    return Card(
        name=endpoint.name,
        title=endpoint.title,
        description=endpoint.description,
        purpose=purpose(champion.version.manifest.signature.output) if champion else "",
        state=state,
        state_sentence=state_sentence(endpoint, state, now),
    )
