"""The addresses of the energy pages."""

from django.urls import path

from .views.energy import energy, installed, savings, wires

urlpatterns = [
    path("energy/", energy.sites, name="energy_sites"),
    path("energy/<str:public_id>/", energy.now, name="energy"),
    path("energy/<str:public_id>/now/", energy.moving, name="energy_now"),
    path("energy/<str:public_id>/plan/", energy.plan, name="energy_plan"),
    path("energy/<str:public_id>/profiles/", energy.profiles, name="energy_profiles"),
    path("energy/<str:public_id>/profiles/read/", installed.profiles_read, name="energy_profiles_read"),
    path("energy/profiles/<str:public_id>/remove/", installed.foreign_out, name="foreign_profile_remove"),
    path("energy/<str:public_id>/savings/", savings.report, name="savings"),
    path("energy/<str:public_id>/sharing/", wires.sharing, name="sharing"),
    path("energy/<str:public_id>/wires/", wires.wires, name="wires"),
    path("energy/<str:public_id>/wires/new/", wires.circuit_new, name="circuit_new"),
    path("energy/wires/<str:public_id>/", wires.circuit_edit, name="circuit_edit"),
    path("energy/wires/<str:public_id>/remove/", wires.circuit_out, name="circuit_remove"),
    path("energy/outlets/<str:public_id>/", wires.outlet, name="outlet"),
    path("energy/outlets/<str:public_id>/remove/", wires.outlet_out, name="outlet_remove"),
]
