"""Measures the gateway against its goals: own servers, own load in a process of its own, every answer checked.

`rows` says what is measured, `ground` prepares database and stations, `generator` is the load.
"""
