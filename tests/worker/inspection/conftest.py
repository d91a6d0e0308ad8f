"""Makes the trained examples available to the tests of inspection."""

from tests.examples.bundles import bundle

__all__ = ["bundle"]
