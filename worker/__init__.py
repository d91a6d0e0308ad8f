"""The data plane: loads models, parses what strangers send, predicts. No Django, no database, no secrets."""
