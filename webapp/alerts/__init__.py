"""Alerts: what somebody should look at, told once a day by mail and webhook, and on pages until somebody answers."""
