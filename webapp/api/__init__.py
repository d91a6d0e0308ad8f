"""The management API, for programs."""
