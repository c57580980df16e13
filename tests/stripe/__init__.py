"""Stripe as tests have it: localstripe, in a process and an environment of its own, behind a front of ours."""
