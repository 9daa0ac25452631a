"""The extensions API under /govor/v1: uploads, lists, progress, exports, webhooks; see openapi.yaml."""
