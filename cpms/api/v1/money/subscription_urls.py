"""The addresses of subscriptions."""

from django.urls import path

from ..own import subscriptions as own
from . import subscriptions as all_of_them

urlpatterns = [
    path("subscription-plans", all_of_them.Plans.as_view(), name="subscription-plans"),
    path("subscription-plans/<str:id>", all_of_them.OnePlan.as_view(), name="subscription-plan"),
    path(
        "subscription-plans/<str:id>/versions",
        all_of_them.PlanVersions.as_view(),
        name="subscription-plan-versions",
    ),
    path("subscriptions", all_of_them.Subscriptions.as_view(), name="subscriptions"),
    path("subscriptions/<str:id>", all_of_them.OneSubscription.as_view(), name="subscription"),
    path(
        "subscriptions/<str:id>/cancel", all_of_them.SubscriptionCancel.as_view(), name="subscription-cancel"
    ),
    path("my/subscription-plans", own.OwnPlans.as_view(), name="my-subscription-plans"),
    path("my/subscriptions", own.OwnSubscriptions.as_view(), name="my-subscriptions"),
    path("my/subscriptions/<str:id>", own.OwnSubscription.as_view(), name="my-subscription"),
    path(
        "my/subscriptions/<str:id>/cancel", own.OwnSubscriptionCancel.as_view(), name="my-subscription-cancel"
    ),
]
