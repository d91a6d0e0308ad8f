"""Pages on which models are published and looked at."""
