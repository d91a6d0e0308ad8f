"""The control plane: users, permissions, registry, pages, the database. It never opens a model or a stranger's data."""
