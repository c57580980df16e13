"""The addresses of plans and subscriptions."""

from django.urls import path

from .views.money import plans

urlpatterns = [
    path("money/plans/", plans.plans, name="plans"),
    path("money/plans/new/", plans.plan_new, name="plan_new"),
    path("money/plans/<str:public_id>/", plans.plan, name="plan"),
    path("money/plans/<str:public_id>/versions/", plans.plan_version, name="plan_version"),
    path("money/plans/<str:public_id>/offer/", plans.plan_offered, name="plan_offered"),
    path("money/plans/<str:public_id>/subscribers/", plans.plan_subscribe, name="plan_subscribe"),
    path("money/subscriptions/<str:public_id>/cancel/", plans.subscription_end, name="subscription_end"),
]
