"""Webhooks: signatures, targets, deliveries."""
