"""The recogniser's own list of models that it loads, and how they are fetched.

The only place in the software that ever downloads.
"""

import json
import os
from pathlib import Path
from typing import TypedDict

from ...errors import MissingError, UnreachableError
from ...frozen import dataclass

INSTALL = "in the checkout: pip install '.[local]'"
LANGUAGE = "en"
LICENCE = "MIT"
"""Of the English models; those of other languages are not free and left out."""


class _Model(TypedDict):
    model_arch: int


class _Language(TypedDict):
    code: str
    models: list[_Model]


class _File(TypedDict):
    name: str
    url: str
    size: int
    checksum: str


class _Group(TypedDict):
    files: list[_File]


class _Manifest(TypedDict):
    groups: list[_Group]


@dataclass(frozen=True, slots=True)
class OfferedFile:
    name: str
    url: str
    size: int
    checksum: str
    """CRC32C, base 64."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be had."""

    name: str
    """As `symbl models` calls it: `base-en`."""
    architecture: str
    """As the runtime calls it: `BASE`."""
    files: tuple[OfferedFile, ...]

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(file.size for file in self.files)


def read_catalogue() -> tuple[Offer, ...]:
    """The English models, the smallest first. Raises `MissingError`: no recogniser."""
    try:
        from moonshine_voice import ModelArch, moonshine_api
    except (ImportError, OSError) as exc:
        raise MissingError(
            "no speech recogniser is installed", suggestion=INSTALL
        ) from exc
    catalogue = json.loads(moonshine_api.moonshine_get_stt_catalog_string())
    offers = []
    for model in _english(catalogue["languages"]):
        architecture = ModelArch(model["model_arch"])
        manifest = moonshine_api.moonshine_get_stt_dependencies_string(
            LANGUAGE, {"model_arch": int(architecture)}
        )
        offers.append(_offer(architecture.name, json.loads(manifest)))
    return tuple(sorted(offers, key=lambda offer: offer.size))


def fetch(offer: Offer, folder: Path) -> None:
    """Download the files of *offer* into *folder*; goes on where it was broken off.

    Raises `UnreachableError` when they cannot be had or are not what was announced.
    """
    # Requests would send a `default` entry's password to the host of the models.
    os.environ["NETRC"] = os.devnull
    from moonshine_voice.download_file import download_file

    for file in offer.files:
        try:
            download_file(
                file.url,
                folder / file.name,
                show_progress=False,
                expected_size=file.size,
                expected_crc32c=file.checksum,
            )
        except (OSError, ValueError) as exc:  # requests' own errors are OSErrors
            raise UnreachableError(
                f"cannot download {file.name} of {offer.name}: {_reason(exc)}",
                suggestion="connect to the internet and run it again: it goes on "
                "where it stopped; or `symbl models add DIR` with a copy",
            ) from exc


def _english(languages: "list[_Language]") -> "list[_Model]":
    return [
        model
        for language in languages
        if language["code"] == LANGUAGE
        for model in language["models"]
    ]


def _offer(architecture: str, manifest: "_Manifest") -> Offer:
    name = f"{architecture.lower().replace('_', '-')}-{LANGUAGE}"
    files = (
        OfferedFile(file["name"], file["url"], file["size"], file["checksum"])
        for file in manifest["groups"][0]["files"]
    )
    return Offer(name, architecture, tuple(files))


def _reason(exc: OSError | ValueError) -> str:
    """Short: requests wraps its reasons in the names of its classes."""
    match exc:
        case ValueError():
            return str(exc)
        case _ if exc.errno is not None:
            return exc.strerror or str(exc)
        case _:
            return f"no connection ({type(exc).__name__})"
