"""The command line of scoring: files and options in, a table in Vietnamese or JSON out."""
