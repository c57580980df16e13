"""What Celery does by the clock."""

from datetime import timedelta

from django.conf import settings

from cpms.celery import app


def test_every_entry_names_a_task_that_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_work_that_is_due_again_soon_is_dropped_when_nobody_came_to_it() -> None:
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        if isinstance(entry["schedule"], timedelta):
            between = entry["schedule"].total_seconds()
            assert between < entry["options"]["expires"] <= max(5, 2 * between), name
