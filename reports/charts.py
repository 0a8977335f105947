"""The charts of results: drawn once, shown as SVG on pages (`svg`) and as vectors in documents (`Chart`)."""

from reports.canvas_renderer import Chart
from reports.distribution import distribution, distribution_parts
from reports.forest import forest, forest_parts
from reports.svg_renderer import svg
from reports.trend import trend

__all__ = ["Chart", "distribution", "distribution_parts", "forest", "forest_parts", "svg", "trend"]
