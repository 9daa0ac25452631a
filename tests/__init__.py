"""Tests. A folder with an __init__.py has helpers that its tests share."""
