"""From answered rows to a better version: exports to train on, and replays through other versions."""
