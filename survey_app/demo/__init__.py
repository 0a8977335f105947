"""The demonstration: a fictional province with answers that look like life.

The command line enters; a filled database, sign-ins, one report and a sheet of QR codes leave.
"""
