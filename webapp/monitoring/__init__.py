"""Is the model still right: what looks at the journal found, window by window."""
