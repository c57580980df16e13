"""What Celery does by the clock. Nothing of it is something a charger waits for."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab

LEAST_EXPIRY_S = 5.0
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep commands": {"task": "chargers.tasks.sweep_commands", "schedule": timedelta(seconds=5)},
    "drive files": {"task": "chargers.tasks.drive_files", "schedule": timedelta(seconds=5)},
    "forget links": {"task": "chargers.tasks.forget_links", "schedule": crontab(hour=3, minute=20)},
    "expire logs": {"task": "chargers.tasks.expire_logs", "schedule": crontab(hour=3, minute=40)},
    "sweep connections": {"task": "chargers.tasks.sweep_connections", "schedule": timedelta(seconds=10)},
    "close stale transactions": {
        "task": "chargers.tasks.close_stale_transactions",
        "schedule": timedelta(minutes=1),
    },
    "learn meters": {"task": "chargers.tasks.learn_meters", "schedule": timedelta(minutes=10)},
    "enforce limits": {"task": "chargers.tasks.enforce_limits", "schedule": timedelta(seconds=15)},
    "keep desk": {"task": "chargers.tasks.keep_desk", "schedule": timedelta(minutes=5)},
    "expire reservations": {
        "task": "chargers.tasks.expire_reservations",
        "schedule": timedelta(seconds=5),
    },
    "send scheduled commands": {
        "task": "chargers.tasks.send_scheduled_commands",
        "schedule": timedelta(seconds=5),
    },
    "send bulk commands": {"task": "chargers.tasks.send_bulk_commands", "schedule": timedelta(seconds=2)},
    "deliver settings": {"task": "chargers.tasks.deliver_settings", "schedule": timedelta(seconds=5)},
    "check settings": {"task": "chargers.tasks.check_settings", "schedule": timedelta(minutes=1)},
    "send local lists": {"task": "chargers.tasks.send_local_lists", "schedule": timedelta(seconds=5)},
    "refresh local lists": {
        "task": "chargers.tasks.refresh_local_lists",
        "schedule": timedelta(seconds=15),
    },
    "follow sessions": {"task": "billing.tasks.follow_sessions", "schedule": timedelta(seconds=2)},
    "refresh estimates": {"task": "billing.tasks.refresh_estimates", "schedule": timedelta(seconds=3)},
    "sweep sessions": {"task": "billing.tasks.sweep_sessions", "schedule": timedelta(minutes=1)},
    "sweep payments": {"task": "billing.tasks.sweep_payments", "schedule": timedelta(seconds=2)},
    "send fake webhooks": {"task": "billing.tasks.send_fake_webhooks", "schedule": timedelta(seconds=2)},
    "send receipts": {"task": "cpms.drivers.tasks.send_receipts", "schedule": timedelta(seconds=1)},
    "sweep receipts": {"task": "cpms.drivers.tasks.sweep_receipts", "schedule": timedelta(minutes=1)},
    "charge subscriptions": {"task": "billing.tasks.charge_subscriptions", "schedule": timedelta(minutes=5)},
    "run invoices": {"task": "billing.tasks.run_invoices", "schedule": timedelta(minutes=10)},
    "run settlements": {"task": "billing.tasks.run_settlements", "schedule": timedelta(hours=1)},
    "run reimbursements": {"task": "billing.tasks.run_reimbursements", "schedule": timedelta(hours=1)},
    "run dunning": {"task": "billing.tasks.run_dunning", "schedule": timedelta(minutes=10)},
    "send reminders": {"task": "cpms.drivers.tasks.send_reminders", "schedule": timedelta(seconds=10)},
    "check books": {"task": "billing.tasks.check_books", "schedule": crontab(hour=2, minute=40)},
    "watch security": {"task": "chargers.tasks.watch_security", "schedule": timedelta(seconds=15)},
    "renew certificates": {"task": "chargers.tasks.renew_certificates", "schedule": timedelta(minutes=10)},
    "settle cards": {"task": "cpms.drivers.tasks.settle_cards", "schedule": timedelta(seconds=5)},
    "tell of free stations": {
        "task": "cpms.drivers.tasks.tell_of_free_stations",
        "schedule": timedelta(seconds=15),
    },
    "plan sites": {"task": "smartcharging.tasks.plan_sites", "schedule": timedelta(seconds=10)},
    "verify profiles": {"task": "smartcharging.tasks.verify_profiles", "schedule": timedelta(minutes=1)},
    "sweep profiles": {"task": "smartcharging.tasks.sweep_profiles", "schedule": timedelta(minutes=1)},
    "learn visits": {"task": "smartcharging.tasks.learn_visits", "schedule": crontab(minute="*/10")},
    "thin readings": {"task": "smartcharging.tasks.thin_readings", "schedule": crontab(minute=23)},
    "thin grants": {"task": "smartcharging.tasks.thin_grants", "schedule": crontab(hour=4, minute=10)},
    "keep partitions": {"task": "chargers.tasks.keep_partitions", "schedule": crontab(minute=7)},
}

# What is due again anyway is not done twice: a worker that was away, or could not keep up, has no heap to work off.
for _entry in CELERY_BEAT_SCHEDULE.values():
    if isinstance(_entry["schedule"], timedelta):
        _entry["options"] = {"expires": max(2 * _entry["schedule"].total_seconds(), LEAST_EXPIRY_S)}
