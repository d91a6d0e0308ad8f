"""Makes the trained examples available to the tests of the data plane."""

from tests.examples.bundles import bundle

__all__ = ["bundle"]
