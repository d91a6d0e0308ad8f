"""Three models from real data, each trained and packed for publishing by a short script."""
