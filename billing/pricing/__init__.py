"""Meter clean-up, timeline, rating and its explanation. Pure: time and time zone are arguments."""
