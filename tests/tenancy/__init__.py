"""No folder sees or touches what belongs to another."""
