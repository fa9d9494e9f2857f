"""Which speech models this computer has, and where.

One comes inside the recogniser's own package. Others lie in a folder of the user's,
each in a folder named like it, with `model.json` beside its files.
"""

import errno
import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from ...errors import DiskFullError, MissingError, OutputError, UsageError
from ...frozen import dataclass
from ...private import make_folder
from .catalogue import INSTALL, Offer, fetch, read_catalogue
from .frames import Answer, Ready, Refused, Working, decode_reply, read_frame
from .workers import worker_command, worker_environment

_RUNTIME = "moonshine_voice"
_BUNDLED, _BUNDLED_ARCHITECTURE = "tiny-en", "TINY"
_ABOUT = "model.json"
_PARTIAL = ".partial-"
_RANKS = ("TINY", "TINY_STREAMING", "BASE", "SMALL_STREAMING", "MEDIUM_STREAMING")
"""From the least accurate to the most, as their vendor measured them."""


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    architecture: str
    """As the runtime calls it."""
    folder: Path
    is_bundled: bool = False

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(path.stat().st_size for path in self.folder.iterdir())


def find_models(models_folder: Path | None) -> tuple[Model, ...]:
    """All that can be used, the one that is used first."""
    added = _added(models_folder) if models_folder is not None else []
    bundled = [model] if (model := _bundled()) is not None else []
    return tuple(sorted([*added, *bundled], key=_rank, reverse=True))


def locate_model(models_folder: Path | None) -> Model:
    """The most accurate one. Raises `MissingError` when there is none."""
    if find_spec(_RUNTIME) is None:
        raise MissingError("no speech recogniser is installed", suggestion=INSTALL)
    models = find_models(models_folder)
    if not models:
        raise MissingError(
            "the speech recogniser was installed without its model",
            suggestion=f"{INSTALL} --force-reinstall",
        )
    return models[0]


def add_model(source: Path, models_folder: Path) -> Model:
    """Copy the model in *source* to *models_folder*.

    Raises `UsageError` where *source* holds none, or one that does not load.
    """
    if not source.is_dir():
        raise UsageError(
            f"{source} is not a folder", suggestion="name the folder of a model"
        )
    offer = _recognise(source)
    partial = _begin(offer, models_folder)
    try:
        for file in offer.files:
            shutil.copyfile(source / file.name, partial / file.name)
    except OSError as exc:
        raise _cannot_write(exc, models_folder) from exc
    return _complete(offer, partial)


def pull_model(offer: Offer, models_folder: Path) -> Model:
    """Download *offer* to *models_folder*, or go on with it."""
    partial = _begin(offer, models_folder)
    fetch(offer, partial)
    return _complete(offer, partial)


def find_offer(name: str) -> Offer:
    """Raises `UsageError` for a name that the recogniser's catalogue does not have."""
    offers = {offer.name: offer for offer in read_catalogue()}
    if name not in offers:
        raise UsageError(
            f"there is no model {name!r} to pull",
            suggestion=f"one of: {', '.join(offers)}",
        )
    return offers[name]


def read_model(folder: Path) -> Model:
    """That in *folder*, whose `model.json` says what it is."""
    if folder.name == _BUNDLED and not (folder / _ABOUT).exists():
        return Model(_BUNDLED, _BUNDLED_ARCHITECTURE, folder, is_bundled=True)
    try:
        about = json.loads((folder / _ABOUT).read_bytes())
        return Model(folder.name, str(about["architecture"]), folder)
    except (OSError, ValueError, LookupError, TypeError) as exc:
        raise MissingError(
            f"{folder} holds no speech model", suggestion="symbl models list"
        ) from exc


def check_model(folder: Path) -> None:
    """Load it once, in a process of its own. Raises `UsageError` if it does not."""
    with subprocess.Popen(  # noqa: S603 - our own module
        worker_command("moonshine", folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=worker_environment(),
    ) as process:
        answer = None if process.stdout is None else _first_answer(process.stdout)
    match answer:
        case Ready():
            return
        case Refused(message=message):
            reason = message
        case _:
            reason = "the recogniser crashed on it"
    raise UsageError(
        f"the model in {folder} does not load: {reason}",
        suggestion="get its files again",
    )


def _first_answer(replies: IO[bytes]) -> Answer | None:
    """A large model, or a busy computer, takes longer than a sign of life."""
    while (body := read_frame(replies)) is not None:
        reply = decode_reply(body)
        if not isinstance(reply, Working):
            return reply
    return None


def _bundled() -> Model | None:
    spec = find_spec(_RUNTIME)
    places = (spec and spec.submodule_search_locations) or ()
    for place in places:
        folder = Path(place) / "assets" / _BUNDLED
        if any(folder.glob("encoder*")):  # later versions ship the tokenizer alone
            return read_model(folder)
    return None


def _added(models_folder: Path) -> list[Model]:
    abouts = sorted(models_folder.glob(f"*/{_ABOUT}"))
    folders = (about.parent for about in abouts)
    return [read_model(folder) for folder in folders if folder.name[0] != "."]


def _rank(model: Model) -> int:
    known = model.architecture in _RANKS
    return _RANKS.index(model.architecture) if known else -1


def _recognise(source: Path) -> Offer:
    """Which of the catalogue's it is: by its files, or by its name and theirs."""
    offers = read_catalogue()
    for offer in offers:
        if all(_size(source / file.name) == file.size for file in offer.files):
            return offer
    for offer in offers:
        named = source.resolve().name == offer.name
        if named and all((source / file.name).is_file() for file in offer.files):
            return offer
    names = ", ".join(offer.name for offer in offers)
    raise UsageError(
        f"{source} holds no model that the recogniser knows",
        suggestion=f"name its folder after what it is: {names}",
    )


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _begin(offer: Offer, models_folder: Path) -> Path:
    """The folder that becomes the model's when it is complete."""
    if offer.name in {model.name for model in find_models(models_folder)}:
        raise UsageError(
            f"{offer.name} is there already", suggestion="symbl models list"
        )
    partial = models_folder / f"{_PARTIAL}{offer.name}"
    try:
        make_folder(partial, exist_ok=True)
    except OSError as exc:
        raise _cannot_write(exc, models_folder) from exc
    return partial


def _complete(offer: Offer, partial: Path) -> Model:
    """Load it once, then give it its name."""
    about = json.dumps({"architecture": offer.architecture})
    try:
        (partial / _ABOUT).write_text(about, encoding="utf-8")
        check_model(partial)
        return read_model(partial.rename(partial.parent / offer.name))
    except UsageError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    except OSError as exc:
        raise _cannot_write(exc, partial.parent) from exc


def _cannot_write(exc: OSError, folder: Path) -> OutputError:
    if exc.errno == errno.ENOSPC:
        return DiskFullError(f"no space left for the model in {folder}")
    return OutputError(f"cannot write the model to {folder}: {exc.strerror}")
