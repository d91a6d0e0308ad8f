"""Sources: one module for each format of a file."""
