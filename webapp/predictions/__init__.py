"""Pages on which a person asks a model."""
