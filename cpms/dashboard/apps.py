"""The dashboard app: pages and template tags, no models."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "cpms.dashboard"
    label = "dashboard"
