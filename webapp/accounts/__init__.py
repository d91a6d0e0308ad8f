"""Who may use the box: users with a role, and their API keys."""
