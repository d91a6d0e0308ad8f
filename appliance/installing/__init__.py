"""Makes a machine the box: packages, users, a release, settings, units, the database, and a look at what came of it."""
