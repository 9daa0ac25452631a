"""Russian numbers, from how they are spoken to how they are written."""
