"""Charging at home that employers pay back."""
