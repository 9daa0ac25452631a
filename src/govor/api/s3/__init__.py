"""The local object store as S3 clients speak to it: REST with XML, on the same port as everything else."""
