"""The online path of the control plane: authenticate, route, coalesce, pass bytes through. No body is parsed here."""
