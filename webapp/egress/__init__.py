"""The one way out of an installed box: a relay that alone has a network, and how the control plane goes through it."""
