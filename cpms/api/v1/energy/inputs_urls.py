"""The addresses of what smart charging knows from outside."""

from django.urls import path

from . import fleet_needs, limits, need_defaults, session_needs, site_meters

urlpatterns = [
    path("transactions/<str:id>/need", session_needs.TransactionNeed.as_view(), name="transaction-need"),
    path("fleet-needs", fleet_needs.FleetNeeds.as_view(), name="fleet-needs"),
    path("fleet-needs/<str:id>", fleet_needs.OneFleetNeed.as_view(), name="fleet-need"),
    path("need-defaults", need_defaults.NeedDefaults.as_view(), name="need-defaults"),
    path("need-defaults/<str:id>", need_defaults.OneNeedDefault.as_view(), name="need-default"),
    path("limits", limits.Limits.as_view(), name="limits"),
    path("limits/<str:id>", limits.OneLimit.as_view(), name="limit"),
    path("limits/<str:id>/end", limits.LimitEnd.as_view(), name="limit-end"),
    path("site-meters", site_meters.SiteMeters.as_view(), name="site-meters"),
    path("site-meters/<str:id>", site_meters.OneSiteMeter.as_view(), name="site-meter"),
    path(
        "site-meters/<str:id>/readings", site_meters.SiteMeterReadings.as_view(), name="site-meter-readings"
    ),
    path("sites/<str:id>/building-load", site_meters.SiteBuildingLoad.as_view(), name="site-building-load"),
]
