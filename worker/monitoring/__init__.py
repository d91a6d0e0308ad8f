"""Monitoring: what the journal of an endpoint says, window by window, in a process of its own."""
