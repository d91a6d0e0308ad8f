"""What came true of a single row, as a person tells it on a page: a class of the model's, or a number."""

from datetime import datetime

from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.predictions.numbers import canonical_number
from webapp.predictions.outcome import label_words
from webapp.records import truths
from webapp.records.models import TruthDelivery
from webapp.records.searches import forget_found, own_rows, search_for
from worker.contract.records import Selector
from worker.contract.signature import OutputKind
from worker.contract.truth import BY_REQUEST, Truth


class OutcomeWrongError(Exception):
    """What was told cannot have come true: the model does not say such a thing."""


def tell(endpoint: Endpoint, by: User, truth: Truth, now: datetime) -> TruthDelivery:
    """Hand over what came true of a row.

    Raise OutcomeWrongError, TruthsWrongError, NothingDeployedError, or TruthsNotSentError.
    """
    champion = endpoint.champion
    if champion is None:
        raise truths.NothingDeployedError
    output = champion.version.manifest.signature.output
    if output.kind is OutputKind.NUMBER:
        value: str | float = _number(str(truth.value))
    else:
        value = str(truth.value)
        if value not in {label_words(label) for label in output.labels or ()}:
            raise OutcomeWrongError
    said = Truth(truth.by, truth.key, value, truth.row, truth.name)
    delivery = truths.send(endpoint, [said], by, now)
    selectors = (Selector(by=BY_REQUEST, values=(truth.key,)), own_rows(by))
    forget_found([search_for(by, endpoint, selector) for selector in selectors])
    return delivery


def _number(text: str) -> float:
    try:
        number = float(canonical_number(text))
    except ValueError:
        raise OutcomeWrongError from None
    if not abs(number) < float("inf"):
        raise OutcomeWrongError
    return number
