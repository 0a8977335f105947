"""Figures that units do not enter: survey and statistics leaves, and where they come from."""
