"""Template tags of the pages about models."""
