"""Criteria sets as data: adopted, cloned, edited, tried, compared, frozen by opening a round."""
