"""The extensions API, against a real service with the tiny recogniser."""
