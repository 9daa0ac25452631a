"""The commands that work on recordings and operations: their parts, and against a real service."""
