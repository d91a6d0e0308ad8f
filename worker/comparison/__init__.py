"""Compares the answers of two versions in a disposable process: both are opened there, so it is shut in like one."""
