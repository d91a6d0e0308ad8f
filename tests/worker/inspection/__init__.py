"""Inspection, with real models."""
