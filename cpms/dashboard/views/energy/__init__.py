"""How a site shares its power."""
