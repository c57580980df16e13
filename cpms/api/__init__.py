"""The REST API: a shell of authentication, errors and pagination, and one module a resource in `v1`."""
