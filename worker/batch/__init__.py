"""Batch jobs in the data plane: understand a file, cut it, answer its chunks, put the result together."""
