"""The client as it is written, asynchronous; scripts/sync_client.py makes govor/client/blocking from it."""
