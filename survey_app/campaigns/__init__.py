"""When and where which questionnaire version runs, against which targets and populations.

The Home Affairs analyst enters. Open campaigns leave, and batches of released submissions.
"""
