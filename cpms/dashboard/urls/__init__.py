"""Addresses of the operator pages, a module each room of views; things are named by their public ids."""

from . import energy, fleet, money, organisation, sessions, stations

app_name = "dashboard"

urlpatterns = [
    *organisation.urlpatterns,
    *stations.urlpatterns,
    *fleet.urlpatterns,
    *energy.urlpatterns,
    *sessions.urlpatterns,
    *money.urlpatterns,
]
