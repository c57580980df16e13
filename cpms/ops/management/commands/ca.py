"""`manage.py ca`: the certificate authority from the command line, and certificates for development."""

import getpass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chargers import pki
from chargers.models import ChargingStation
from chargers.services.security import authorities
from chargers.services.security.certificates import certificate_for
from cpms.accounts.models import Organisation
from cpms.core import clock
from cpms.core.actors import Actor

ACTOR = Actor("manage.py ca")
SHORTEST_PASSPHRASE = 16
NAMES = ("localhost", "127.0.0.1")
HOW = """{folder} holds:
  server.pem, server.key    the gateway's certificate with its chain: serve gateway --tls-cert --tls-key
  server-root.pem           what a charger has to trust
  {identity}.pem, {identity}.key   the client certificate of the station {identity} (security profile 3)

Try it:
  python -m cpms.ops.serve gateway --port 9443 --tls-cert {folder}/server.pem --tls-key {folder}/server.key
  openssl s_client -connect 127.0.0.1:9443 -CAfile {folder}/server-root.pem \\
      -cert {folder}/{identity}.pem -key {folder}/{identity}.key
"""


class Command(BaseCommand):
    """Look after the root's key, make authorities, make what a developer needs for TLS."""

    help = "Certificate authority: show, export, forget, set-up, development"

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("show", help="the root and the authorities")
        export = what.add_parser("export", help="the root's private key, encrypted, into a file")
        export.add_argument("file", type=Path)
        what.add_parser("forget", help="take the root's private key out of the database")
        set_up = what.add_parser("set-up", help="make an organisation's authority")
        set_up.add_argument("organisation", help="its public id or name")
        set_up.add_argument("--root-key", type=Path, help="the exported key, when the database has none")
        development = what.add_parser(
            "development", help="a server and a client certificate for this machine"
        )
        development.add_argument("folder", type=Path)
        development.add_argument("--station", help="identity; the first one when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, "_" + options["what"].replace("-", "_"))(options)
        except authorities.NoAuthority as error:
            raise CommandError(str(error)) from None

    def _show(self, options: dict[str, Any]) -> None:
        for row in authorities.CertificateAuthority.objects.order_by("pk"):
            key = "key here, encrypted" if row.sealed_key else "key kept elsewhere"
            self.stdout.write(f"{row.kind:<13}{row.subject}  until {row.expires_at:%Y-%m-%d}  {key}")

    def _export(self, options: dict[str, Any]) -> None:
        passphrase = getpass.getpass("Passphrase: ")
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise CommandError(f"the passphrase needs {SHORTEST_PASSPHRASE} characters")
        _write_secret(options["file"], authorities.root_key_export(passphrase))
        self.stdout.write(
            f"{options['file']} holds the root's key. Keep it offline, then: manage.py ca forget"
        )

    def _forget(self, options: dict[str, Any]) -> None:
        authorities.root_key_forget(ACTOR)
        self.stdout.write("The root's key is not in the database any more.")

    def _set_up(self, options: dict[str, Any]) -> None:
        made = authorities.authority_set_up(
            _organisation(options["organisation"]), ACTOR, _root_key(options["root_key"])
        )
        self.stdout.write(f"{made.subject} issues certificates from now on.")

    def _development(self, options: dict[str, Any]) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        station = _station(options["station"])
        if authorities.authority_of(station.organisation_id) is None:
            authorities.authority_set_up(station.organisation, ACTOR)
        _server(folder)
        _client(folder, station)
        self.stdout.write(HOW.format(folder=folder, identity=station.identity))


def _organisation(name: str) -> Organisation:
    rows = Organisation.objects.filter(public_id=name) | Organisation.objects.filter(name=name)
    found = rows.first()
    if found is None:
        raise CommandError(f"there is no organisation {name!r}")
    return found


def _root_key(path: Path | None) -> ec.EllipticCurvePrivateKey | None:
    if path is None:
        return None
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), getpass.getpass("Passphrase: ").encode())
    except (OSError, ValueError, TypeError):
        raise CommandError(f"{path} cannot be read with this passphrase") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CommandError(f"{path} is not the key of a root of ours")
    return key


def _station(identity: str | None) -> ChargingStation:
    stations = ChargingStation.objects.select_related("organisation").order_by("pk")
    found = stations.filter(identity=identity).first() if identity else stations.first()
    if found is None:
        raise CommandError(f"there is no station {identity}" if identity else "there is no station yet")
    return found


def _server(folder: Path) -> None:
    """A server certificate from a root of its own: browsers and chargers never trust the stations' root."""
    root = pki.root_make("Development", clock.now(), timedelta(days=365))
    server = pki.server_certificate(root, list(NAMES), clock.now(), timedelta(days=365))
    (folder / "server-root.pem").write_text(root.pem)
    (folder / "server.pem").write_text(server.pem + root.pem)
    _write_secret(folder / "server.key", pki.key_text(server.key))


def _client(folder: Path, station: ChargingStation) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issued = certificate_for(station, key.public_key(), ACTOR)
    chain = issued.certificate + authorities.chain_of(issued.authority)
    (folder / f"{station.identity}.pem").write_text(chain)
    _write_secret(folder / f"{station.identity}.key", pki.key_text(key))


def _write_secret(path: Path, text: str) -> None:
    """Readable by its owner alone, from the first byte on."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)
