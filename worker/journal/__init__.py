"""The journal: every answered row, appended in columnar segments, by endpoint and day."""
