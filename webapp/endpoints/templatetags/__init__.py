"""Template tags of the endpoints."""
