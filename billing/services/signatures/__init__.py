"""Signed meter values: kept as they came, judged by keys that people vouch for, told in words."""
