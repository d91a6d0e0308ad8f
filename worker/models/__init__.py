"""Models: opening artifacts safely, converting, comparing, serving, keeping them in memory. Pure: no clock."""
