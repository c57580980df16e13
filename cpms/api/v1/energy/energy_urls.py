"""The addresses of wires, sharing, grants and plans."""

from django.urls import path

from . import circuits, energy, foreign_profiles, savings

urlpatterns = [
    path("sites/<str:id>/circuits", circuits.SiteCircuits.as_view(), name="site-circuits"),
    path("sites/<str:id>/sharing", circuits.SiteSharing.as_view(), name="site-sharing"),
    path("sites/<str:id>/energy", energy.SiteEnergy.as_view(), name="site-energy"),
    path("sites/<str:id>/fail-safe", energy.SiteFailSafe.as_view(), name="site-fail-safe"),
    path("sites/<str:id>/plan", energy.SitePlanNow.as_view(), name="site-plan"),
    path(
        "sites/<str:id>/charging-profiles/read",
        foreign_profiles.SiteProfilesRead.as_view(),
        name="site-profiles-read",
    ),
    path("sites/<str:id>/savings", savings.SiteSavings.as_view(), name="site-savings"),
    path("circuits/<str:id>", circuits.OneCircuit.as_view(), name="circuit"),
    path("outlets/<str:id>", circuits.OneOutlet.as_view(), name="outlet"),
    path("charging-profiles", energy.ChargingProfiles.as_view(), name="charging-profiles"),
    path(
        "foreign-charging-profiles",
        foreign_profiles.ForeignProfiles.as_view(),
        name="foreign-charging-profiles",
    ),
    path(
        "foreign-charging-profiles/<str:id>/remove",
        foreign_profiles.ForeignProfileRemove.as_view(),
        name="foreign-charging-profile-remove",
    ),
]
