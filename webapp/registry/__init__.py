"""Models and their versions, and the store that keeps their files."""
