"""The PAR Index: units score themselves with evidence, appraisers judge, units explain, the council settles.

Home Affairs, unit officers, unit leaders and appraisers enter; marks, documents and a published ranking leave.
What every part rests on lies here: the states of a unit (`flow`), rounds, marks, criteria, what was said
(`standing`) and what comes of it (`outcomes`). The parts lie in folders, in the order of a round: `criteria_sets`,
`running`, `unit`, `documents`, `feeds`, `appraisal`, `settling`, `results`, `packing`.
"""
