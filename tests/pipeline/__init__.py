"""The pipeline, one step at a time."""
