"""Tables: rows read from bytes against a signature, strictly, with every problem named. Pure: no clock, no settings."""
