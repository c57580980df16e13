"""The addresses of meters, limits and needs."""

from django.urls import path

from .views.energy import energy_inputs
from .views.sessions import car_needs

urlpatterns = [
    path("transactions/<str:public_id>/need/", car_needs.car_need, name="car_need"),
    path("transactions/<str:public_id>/need/remove/", car_needs.car_need_out, name="car_need_remove"),
    path("energy/<str:public_id>/meters/", energy_inputs.meters, name="meters"),
    path("energy/<str:public_id>/meters/new/", energy_inputs.meter_new, name="meter_new"),
    path("energy/<str:public_id>/limits/", energy_inputs.limits, name="limits"),
    path("energy/<str:public_id>/limits/new/", energy_inputs.limit_new, name="limit_new"),
    path("energy/meters/<str:public_id>/", energy_inputs.meter_edit, name="meter_edit"),
    path("energy/meters/<str:public_id>/remove/", energy_inputs.meter_out, name="meter_remove"),
    path("energy/limits/<str:public_id>/end/", energy_inputs.limit_out, name="limit_end"),
]
