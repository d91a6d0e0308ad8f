"""Endpoints, the stable addresses that callers use, and the deployments behind them."""
