"""The box's own figures and the state of its services."""
