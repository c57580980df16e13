"""Drivers with an account of their own: who pays for them, what they start, see, mark and report.

A driver is a person at an operator: one account, one app tag. The pages are in `cpms.portal`, the API in `cpms.api`.
"""
