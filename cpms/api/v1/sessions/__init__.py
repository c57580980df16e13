"""Transactions, the tags behind them, what meters signed, and what no rule can decide."""
