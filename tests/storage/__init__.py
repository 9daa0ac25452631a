"""Objects and keys."""
