"""What the control plane and the data plane agree on: names, messages, signatures, error codes.

Standard library and msgspec only, so that either side may import it without loading the other.
"""
