"""Addresses of energy: price series before sites, which take any word after `energy/`."""

from django.urls import path

from ..views.energy import energy, energy_inputs, installed, price_series, savings, wires

urlpatterns = [
    path("energy/prices/", price_series.price_series_list, name="price_series_list"),
    path("energy/prices/new/", price_series.price_series_new, name="price_series_new"),
    path("energy/prices/<str:public_id>/", price_series.price_series, name="price_series"),
    path("energy/prices/<str:public_id>/edit/", price_series.price_series_edit, name="price_series_edit"),
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
    path("energy/<str:public_id>/meters/", energy_inputs.meters, name="meters"),
    path("energy/<str:public_id>/meters/new/", energy_inputs.meter_new, name="meter_new"),
    path("energy/<str:public_id>/limits/", energy_inputs.limits, name="limits"),
    path("energy/<str:public_id>/limits/new/", energy_inputs.limit_new, name="limit_new"),
    path("energy/meters/<str:public_id>/", energy_inputs.meter_edit, name="meter_edit"),
    path("energy/meters/<str:public_id>/remove/", energy_inputs.meter_out, name="meter_remove"),
    path("energy/limits/<str:public_id>/end/", energy_inputs.limit_out, name="limit_end"),
]
