"""TLS of the server: its files, and where words would travel without it."""

import ipaddress
import ssl

from ..errors import UsageError
from .settings import ServerSettings, TlsFiles


def check_tls(settings: ServerSettings, *, is_insecure: bool) -> None:
    """Raises UsageError where *settings* cannot be served, or not safely.

    What is said and the tokens to read it cross a network in TLS only, unless
    *is_insecure* says that something in front of the server speaks it.
    """
    if settings.tls is not None:
        _check_files(settings.tls)
    elif not (is_insecure or _is_loopback(settings.host)):
        raise UsageError(
            f"on {settings.host} others could listen in on the line: there is no TLS",
            suggestion="give --tls-cert and --tls-key; or --insecure, where a proxy "
            "in front of this server speaks TLS",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _check_files(files: TlsFiles) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Nobody is asked for the password of a key: a server starts unattended.
        context.load_cert_chain(files.certificate, files.key, password="")
    except ssl.SSLError as exc:
        raise UsageError(
            f"{files.certificate} and {files.key} are not a certificate and its key "
            f"without a password, in PEM: {exc.reason or exc}",
        ) from exc
    except OSError as exc:
        raise UsageError(
            f"cannot read {files.certificate} and {files.key}: {exc.strerror or exc}"
        ) from exc
