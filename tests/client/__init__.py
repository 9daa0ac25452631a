"""The Python client: what needs no service, a server that misbehaves, and the real service."""
