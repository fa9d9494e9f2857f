"""Where speech models are."""

from importlib.util import find_spec
from pathlib import Path

from ...errors import MissingError

BUNDLED = "tiny-en"
INSTALL = "pip install 'symbl-cli[local]'"


def locate_model(models_folder: Path | None) -> Path:
    """The folder of the model to use. Raises `MissingError` when there is none."""
    spec = find_spec("moonshine_voice")
    if spec is None or not spec.submodule_search_locations:
        raise MissingError("no speech recogniser is installed", suggestion=INSTALL)
    return Path(spec.submodule_search_locations[0]) / "assets" / BUNDLED
