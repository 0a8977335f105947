"""The council settles what is disputed; afterwards a mark changes only by a correction."""
