"""From a plan of a run to the songs of each of its blocks."""
