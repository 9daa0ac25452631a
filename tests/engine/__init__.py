"""The durable engine with a real database."""
