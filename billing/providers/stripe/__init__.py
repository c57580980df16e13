"""Stripe, through its official SDK: cards held by manual capture, webhooks verified on the raw body."""
