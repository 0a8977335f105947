"""Scores on screen and as documents, from the tally of released submissions.

Analysts, appraisers and leaders see their part of the province, inspectors their own unit.
One frozen report content leaves, and every face (page, PDF, spreadsheet) shows it.
"""
