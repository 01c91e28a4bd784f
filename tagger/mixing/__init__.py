"""A run as one continuous file: songs laid on the steps of a plan, joined, levelled, encoded."""
