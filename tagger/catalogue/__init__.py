"""Songs in stores by the million: listed as a stream, judged where they lie, recorded."""
