"""The project package: wiring, and what is no charging domain."""

from .celery import app as celery_app

__all__ = ["celery_app"]
