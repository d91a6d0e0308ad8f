"""A certificate by ACME (RFC 8555): from a server that signs what proves itself on port 80, and renewed by itself."""
