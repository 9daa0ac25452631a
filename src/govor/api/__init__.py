"""The wire: REST and gRPC in front of the same servicers."""
