"""The example scripts, run for real."""
