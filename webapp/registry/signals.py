"""What the registry announces to whoever stands above it."""

from typing import Final

from django.dispatch import Signal

version_ready: Final = Signal()
"""A version passed inspection. Sent within the transaction that records it, with `version`."""
