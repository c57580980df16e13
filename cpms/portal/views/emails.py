"""The e-mail addresses of a driver: another one, which of them counts. What happens is django-allauth's."""

from allauth.account.views import EmailView
from django.urls import reverse_lazy

from .entrance import Entrance


class Emails(Entrance, EmailView):
    """His addresses; one that is added counts once the link of the mail to it was opened."""

    template_name = "portal/emails.html"
    success_url = reverse_lazy("portal:email")
