"""Real servers that tests and benchmarks start: PostgreSQL, and a proxy that breaks connections."""
