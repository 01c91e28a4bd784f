"""The index as the program uses it: opened, locked, recovered, pruned."""
