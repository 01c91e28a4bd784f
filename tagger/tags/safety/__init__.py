"""Safe writing: nothing is lost, whenever a write is interrupted."""
