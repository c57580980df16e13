"""Stations and sites, one by one."""
