"""`manage.py ftpd`: FTP for stations that cannot do HTTPS. Off unless somebody starts it and sets FTP_PUBLIC_URL."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cpms.transfer.ftp import server

WARNING = "FTP is not encrypted: whoever listens on the way reads passwords, firmware and logs."


class Command(BaseCommand):
    """Serves the links whose transport is FTP, and nothing else."""

    help = f"Serve firmware and take logs by FTP. {WARNING}"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2121)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.FTP_PUBLIC_URL:
            raise CommandError("FTP_PUBLIC_URL is not set: no station would be told of this server")
        try:
            ftp = server(options["host"], options["port"])
        except OSError as error:
            raise CommandError(
                f"cannot listen on {options['host']}:{options['port']}: {error.strerror}"
            ) from None
        self.stderr.write(self.style.WARNING(WARNING))
        ftp.serve_forever()
