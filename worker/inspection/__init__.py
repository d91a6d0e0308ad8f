"""Inspection: opens what a publisher handed over, in a disposable process, and finds out what it is and how good."""
