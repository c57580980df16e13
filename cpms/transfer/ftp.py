"""FTP for units that know nothing better: user and password of a link open one virtual folder with one purpose.

A firmware link shows one file to read; a log link takes one file and shows nothing. Nothing here is encrypted.
"""

import logging
import os
import stat
import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import Error, connection
from pyftpdlib.authorizers import AuthenticationFailed
from pyftpdlib.filesystems import AbstractedFS, FilesystemError
from pyftpdlib.handlers import DTPHandler, FTPHandler
from pyftpdlib.servers import FTPServer

from chargers.choices import LinkPurpose, Transport
from chargers.models import TransferLink
from chargers.services.files.links import link_asked, link_find, link_moved, link_still_open, name_for
from chargers.services.files.storage import Incoming, StorageAway, TooMuch, open_stored

from .uploads import AlreadyDone, complete, limit_of

logger = logging.getLogger(__name__)
MAX_CONNECTIONS, MAX_PER_ADDRESS = 64, 8
# e: change folder, l: list, r: read, w: store a file. Nothing else is ever allowed.
READ_ONLY, WRITE_ONLY = "elr", "elw"


class LinkAuthorizer:
    """Knows nobody but the links that are open: user is the link's id, password its token."""

    def __init__(self) -> None:
        self._purposes: dict[str, str] = {}

    def validate_authentication(self, username: str, password: str, handler: "LinkHandler") -> None:
        """Raise AuthenticationFailed unless the link is open."""
        try:
            link = link_find(password, Transport.FTP)
        except Error:
            raise AuthenticationFailed("Try again later.") from None
        finally:
            connection.close()
        if link is None or link.public_id != username:
            raise AuthenticationFailed("Unknown or over.")
        link_asked(link)
        handler.link = link
        self._purposes[username] = READ_ONLY if link.purpose == LinkPurpose.STATION_DOWNLOAD else WRITE_ONLY

    def get_home_dir(self, username: str) -> str:
        """The one folder there is."""
        return "/"

    def has_perm(self, username: str, perm: str, path: str | None = None) -> bool:
        """Whether the link's purpose allows it."""
        return perm in self.get_perms(username)

    def get_perms(self, username: str) -> str:
        """What the link is for, in letters."""
        return self._purposes.get(username, "")

    def impersonate_user(self, username: str, password: str) -> None:
        """Nobody of this machine is involved."""

    def terminate_impersonation(self, username: str) -> None:
        """Nobody of this machine is involved."""

    def get_msg_login(self, username: str) -> str:
        return "Welcome."

    def get_msg_quit(self, username: str) -> str:
        return "Goodbye."


class Upload:
    """What pyftpdlib writes into; kept only when the transfer came to its end."""

    def __init__(self, link: TransferLink, name: str) -> None:
        self.link, self.name = link, name
        self._incoming = Incoming(limit_of(link))
        self._problem = ""
        self.closed = False

    def write(self, data: bytes) -> int:
        """Take some bytes. Raises OSError beyond the limit, which ends the transfer."""
        try:
            self._incoming.write(data)
        except (TooMuch, StorageAway) as error:
            self._problem = str(error)
            raise OSError(self._problem) from None
        return len(data)

    def finish(self) -> str:
        """Keep the file; "" or why it could not be kept."""
        if self._problem:
            return self._problem
        try:
            complete(self.link, self._incoming, self.name.rsplit("/", 1)[-1])
        except AlreadyDone:
            return "this link has been used"
        except (StorageAway, ValidationError, Error) as error:
            return error.messages[0] if isinstance(error, ValidationError) else "it could not be kept"
        finally:
            connection.close()
        return ""

    def close(self) -> None:
        """Forget what is not kept by now."""
        self._incoming.discard()
        self.closed = True


class OneFile(AbstractedFS):
    """A folder with at most one file in it, none of which is on a disk under that name."""

    @property
    def link(self) -> TransferLink:
        """The link of this session."""
        link: TransferLink = self.cmd_channel.link
        return link

    @property
    def _name(self) -> str:
        """The file to read; "" for links that take one."""
        return name_for(self.link) if self.link.purpose == LinkPurpose.STATION_DOWNLOAD else ""

    def ftp2fs(self, ftppath: str) -> str:
        return str(self.ftpnorm(ftppath))

    def fs2ftp(self, fspath: str) -> str:
        return fspath

    def validpath(self, path: str) -> bool:
        return True

    def realpath(self, path: str) -> str:
        return path

    def open(self, filename: str, mode: str) -> Any:
        """The link's file, or a place for one. Raises FilesystemError."""
        try:
            if not link_still_open(self.link):
                raise FilesystemError("This link is over.")
            if mode == "wb" and not self._name:
                return Upload(self.link, filename)
            if mode == "rb" and self.isfile(filename) and self.link.firmware_file:
                return open_stored(self.link.firmware_file.storage_name)
        except StorageAway as error:
            raise FilesystemError(str(error)) from None
        finally:
            connection.close()
        raise FilesystemError("Not allowed.")

    def chdir(self, path: str) -> None:
        if not self.isdir(path):
            raise FilesystemError("No such folder.")
        self.cwd = path

    def listdir(self, path: str) -> list[str]:
        return [self._name] if self._name else []

    def isfile(self, path: str) -> bool:
        return bool(self._name) and path == f"/{self._name}"

    def islink(self, path: str) -> bool:
        return False

    def isdir(self, path: str) -> bool:
        return path == "/"

    def lexists(self, path: str) -> bool:
        return self.isdir(path) or self.isfile(path)

    def getsize(self, path: str) -> int:
        return int(self.stat(path).st_size)

    def getmtime(self, path: str) -> float:
        return self.stat(path).st_mtime

    def stat(self, path: str) -> os.stat_result:
        """Facts of the one file or the folder. Raises FilesystemError."""
        if not self.lexists(path):
            raise FilesystemError("No such file.")
        file = self.link.firmware_file
        is_file = self.isfile(path) and file is not None
        size = file.size_bytes or 0 if is_file and file else 0
        at = file.uploaded_at.timestamp() if is_file and file and file.uploaded_at else time.time()
        mode = stat.S_IFREG | 0o444 if is_file else stat.S_IFDIR | 0o555
        return os.stat_result((mode, 0, 0, 1, 0, 0, size, at, at, at))

    lstat = stat

    def get_user_by_uid(self, uid: int) -> str:
        return "cpms"

    def get_group_by_gid(self, gid: int) -> str:
        return "cpms"


class LinkTransfer(DTPHandler):
    """A data connection that says truthfully whether a file was kept, and counts what it sent."""

    def close(self) -> None:
        """Settle the transfer before the answer leaves."""
        if not self._closed:
            self._settle()
        super().close()

    def _settle(self) -> None:
        if self.receive and self.transfer_finished and isinstance(self.file_obj, Upload):
            if problem := self.file_obj.finish():
                self._resp = (f"552 Not kept: {problem}.", logger.info)
        elif not self.receive and self.get_transmitted_bytes():
            try:
                link_moved(self.cmd_channel.link, self.get_transmitted_bytes())
            except Error:
                logger.warning("bytes of an FTP transfer were not counted")
            finally:
                connection.close()


class LinkHandler(FTPHandler):
    """One session; `link` is set by the login."""

    link: TransferLink
    banner = "Ready."
    abstracted_fs = OneFile
    dtp_handler = LinkTransfer
    use_sendfile = False


def server(host: str, port: int) -> FTPServer:
    """The server, ready for `serve_forever`; addresses and passive ports as the settings say."""
    first, last = settings.FTP_PASSIVE_PORTS

    class Configured(LinkHandler):
        authorizer = LinkAuthorizer()
        passive_ports = range(first, last + 1)
        masquerade_address = settings.FTP_PASSIVE_ADDRESS or None

    ftp = FTPServer((host, port), Configured)
    ftp.max_cons, ftp.max_cons_per_ip = MAX_CONNECTIONS, MAX_PER_ADDRESS
    return ftp
