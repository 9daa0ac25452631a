"""Quotas of folders."""
