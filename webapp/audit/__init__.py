"""The audit trail: who did what, when, from where and why; written once, read by administrators, changed by nobody."""
