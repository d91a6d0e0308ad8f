"""What can go wrong when versions are put behind an endpoint.

EndpointError
├── OrderError            the order itself is not one
├── DeploymentStateError  the endpoint or the version is not as the order needs it
└── DoesNotFitError       the box has not the memory
"""

from webapp.endpoints.phrases import Phrase


class EndpointError(Exception):
    """A sentence about what happened and a hint about what to do, in every language of the site."""

    def __init__(self, sentence: Phrase, advice: Phrase) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.advice = advice

    @property
    def message(self) -> str:
        """What happened, in English."""
        return str(self.sentence)

    @property
    def hint(self) -> str:
        """What to do, in English."""
        return str(self.advice)


class OrderError(EndpointError):
    """A share out of range, or an override without a reason."""


class DeploymentStateError(EndpointError):
    """What was asked for does not go with what is deployed."""


class DoesNotFitError(EndpointError):
    """The version needs more memory than there is for models."""
