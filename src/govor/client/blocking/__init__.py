# Made from govor/client/aio by `python -m scripts.sync_client`; change that and run it again.
"""The client without async; made from govor/client/aio by scripts/sync_client.py."""
