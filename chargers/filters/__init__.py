"""What lists of stations and sessions can be narrowed by, for pages and API alike, one module a noun.

Ids are public ids; a station may also be named by its identity. Times are ISO 8601.
"""
