"""Prices of an energy market as files tell them, read and checked before anybody is charged by them."""
