"""Several processes on one PostgreSQL: what they accept is finished, whichever of them die."""
