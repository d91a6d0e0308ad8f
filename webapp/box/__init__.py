"""The box itself: its services, its figures, and what was found wrong with it."""
