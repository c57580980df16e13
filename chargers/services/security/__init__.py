"""Certificates, security profiles and events."""
