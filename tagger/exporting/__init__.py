"""The index as a table for other programs: CSV, lines of JSON, or Parquet."""
