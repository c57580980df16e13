"""Payments as every provider sees them: values, the interface, and what to ask for next. No models, no settings."""
