"""Writing so that nothing is lost, whenever it is interrupted."""
