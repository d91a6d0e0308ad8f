"""Tests of what an installation does and finds."""
