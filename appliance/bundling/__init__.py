"""A release with all that its installation needs, as one signed file: made with a network, opened without one."""
