"""The addresses of reminders."""

from django.urls import path

from . import dunning

urlpatterns = [
    path("dunning-rules", dunning.DunningRules.as_view(), name="dunning-rules"),
    path("dunning-cases", dunning.DunningCases.as_view(), name="dunning-cases"),
    path("dunning-cases/<str:id>", dunning.OneDunningCase.as_view(), name="dunning-case"),
    path("dunning-cases/<str:id>/steps", dunning.DunningSteps.as_view(), name="dunning-case-steps"),
    path("dunning-cases/<str:id>/hold", dunning.DunningHold.as_view(), name="dunning-case-hold"),
    path("dunning-cases/<str:id>/resume", dunning.DunningResume.as_view(), name="dunning-case-resume"),
    path("dunning-cases/<str:id>/advance", dunning.DunningAdvance.as_view(), name="dunning-case-advance"),
]
