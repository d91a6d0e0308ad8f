"""Checks of the machine as data: what was measured, what is needed, and what to do about it."""
