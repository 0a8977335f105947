"""The dated unit tree, service fields, counters and their QR codes.

Home Affairs and administrators enter; inspectors print the QR codes of their own counters.
Units, counters and print-ready sheets leave.
"""
