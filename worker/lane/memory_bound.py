"""How much memory an inference worker may ask for: a graph may make a tensor as large as a caller's number says."""

import resource


def bound_memory(most_bytes: int) -> None:
    """Let the kernel refuse this process more than so much: that request fails, and its neighbours are answered."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most_bytes = most_bytes if hard == resource.RLIM_INFINITY else min(most_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, hard))
