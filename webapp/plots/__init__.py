"""Plots as data: numbers in, marks of an SVG out, which the templates in `plots/` draw. It has no words of its own."""
