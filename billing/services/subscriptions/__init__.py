"""Subscriptions: plans and their versions, who has one, periods and their fees, energy that is included."""
