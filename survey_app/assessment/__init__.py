"""The PAR Index: units score themselves with evidence, appraisers judge, units explain, the council settles.

Home Affairs, unit officers, unit leaders and appraisers enter; marks, documents and a published ranking leave.
"""
