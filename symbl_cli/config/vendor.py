"""What the vendor left behind: their `symbl.conf`, and addresses that are off."""

from urllib.parse import urlsplit

from ..errors import UsageError
from ..frozen import dataclass
from .files import bounded_text
from .places import Folder, NoFolder
from .secrets import Secret

SWITCHED_OFF = frozenset({"api.symbl.ai", "api-labs.symbl.ai"})


@dataclass(frozen=True, slots=True)
class VendorCredentials:
    """The pair in `symbl.conf`: half of one counts for nothing, as with the vendor."""

    app_id: str
    app_secret: Secret


def read_vendor_file(file: Folder) -> VendorCredentials | None:
    """The pair in *file*, `None` where it has none; raises UsageError.

    As the vendor read it, but for two traps: a ` # comment` behind a value, which
    their own readme shows, is not taken for a part of it, nor is a `%` special.
    """
    match file:
        case NoFolder():
            return None
        case _ if not file.exists():
            return None
        case _:
            pass
    import configparser

    parser = configparser.RawConfigParser(inline_comment_prefixes=("#",))
    try:
        parser.read_string(bounded_text(file))
    except (OSError, UnicodeDecodeError, configparser.Error) as exc:
        raise UsageError(
            f"{file} cannot be read: {_reason(exc)}",
            suggestion="correct it or move it away; `symbl config init` replaces it",
        ) from exc
    app_id = parser.get("credentials", "app_id", fallback="")
    secret = parser.get("credentials", "app_secret", fallback="")
    return VendorCredentials(app_id, Secret(secret)) if app_id and secret else None


def check_not_switched_off(url: str, where: str) -> None:
    """Raises UsageError where *url*, as *where* has it, names the vendor's service."""
    host = urlsplit(url).hostname
    if host in SWITCHED_OFF:
        raise UsageError(
            f"{host} ({where}) has been switched off",
            suggestion="remove it there to use this computer's own server",
        )


def _reason(exc: Exception) -> str:
    match exc:
        case OSError(strerror=str(reason)):
            return reason
        case UnicodeDecodeError():
            return "it is not text in UTF-8"
        case _:
            # The rest may quote the offending line, which may be the secret.
            lines = getattr(exc, "lineno", None) or _first_line(exc)
            return f"it is no INI file (line {lines})" if lines else "it is no INI file"


def _first_line(exc: Exception) -> int | None:
    errors = getattr(exc, "errors", None)
    return errors[0][0] if errors else None
