"""Recorded rows: found, asked again, told what came true of them, and deleted."""
