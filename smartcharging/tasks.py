"""What Celery does for load balancing. Each task can run twice or late without harm."""

import logging

from celery import shared_task
from django.db import Error

from chargers.models import Site
from cpms.core import clock

from .balancing.lease import managed_sites
from .balancing.planning import plan_is_due, site_plan
from .balancing.reading_back import readbacks_verify
from .balancing.sweeping import history_thin, profiles_sweep
from .balancing.verifying import profiles_verify
from .engine.network import NetworkError
from .inputs.metering.keeping import readings_thin
from .inputs.needs.learning import visits_learn
from .services.standing import capabilities_refresh

logger = logging.getLogger(__name__)


@shared_task
def plan_sites() -> None:
    """Plan the sites whose plan is old, or whose cars have changed."""
    now = clock.now()
    for site_id in managed_sites():
        try:
            if plan_is_due(site_id, now):
                site_plan(site_id, now)
        except (NetworkError, Error) as error:
            logger.warning("site %s was not planned: %s", site_id, error)


@shared_task
def verify_profiles() -> None:
    """Compare what stations say they hold with what they confirmed."""
    profiles_verify()
    readbacks_verify()


@shared_task
def sweep_profiles() -> None:
    """Take away profiles nobody needs; see what stations' settings say of profiles."""
    profiles_sweep()
    capabilities_refresh()


@shared_task
def learn_visits() -> None:
    """Take in what sessions that ended tell of the next ones."""
    now = clock.now()
    for site in Site.objects.filter(policy__managed=True).order_by("pk"):
        try:
            visits_learn(site, now)
        except Error as error:
            logger.warning("visits at site %s were not learned: %s", site.pk, error)


@shared_task
def thin_grants() -> None:
    """Forget old grants."""
    history_thin()


@shared_task
def thin_readings() -> None:
    """Forget readings of meters that only their minutes are kept of."""
    readings_thin(clock.now())
