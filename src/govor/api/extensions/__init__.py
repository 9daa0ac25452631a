"""The extensions API under /govor/v1: uploads, lists, progress, exports, webhooks. openapi.yaml describes it."""
