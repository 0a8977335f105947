"""Appraisers judge the leaves of units and ask for explanations."""
