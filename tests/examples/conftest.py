"""Makes the trained examples available."""

from tests.examples.bundles import bundle

__all__ = ["bundle"]
