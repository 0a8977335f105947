"""A unit's own work: its fields and leaves, its answers to questions, its steps towards submission."""
