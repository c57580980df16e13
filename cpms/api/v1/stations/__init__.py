"""Stations and sites: who they are, how they stand, what they said, how they prove themselves."""
