"""Who may do what: users, organisations, memberships with a role, API keys."""
