"""Mail servers that do not work."""

from smtplib import SMTPServerDisconnected

from django.core.mail.backends.base import BaseEmailBackend


class Down(BaseEmailBackend):
    """Nobody answers."""

    def send_messages(self, email_messages: object) -> int:
        raise SMTPServerDisconnected("please run connect() first")
