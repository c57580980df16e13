"""Settings by environment: `dev`, `test` and `prod` build on `base`; `env` reads the variables."""
