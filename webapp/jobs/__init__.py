"""Batch jobs in the control plane: what was asked, how far it is, what came of it. Files are the data plane's."""
