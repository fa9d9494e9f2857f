"""Models: found, added, pulled, told."""

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from symbl_cli.errors import (
    DiskFullError,
    MissingError,
    OutputError,
    UnreachableError,
    UsageError,
)
from symbl_cli.server.recognition import models
from symbl_cli.server.recognition.catalogue import Offer, OfferedFile, read_catalogue
from symbl_cli.server.recognition.frames import Ready, Working, encode_reply
from symbl_cli.server.recognition.models import (
    Model,
    add_model,
    check_model,
    find_models,
    find_offer,
    locate_model,
    pull_model,
)

ROOT = Path(__file__).parents[2]
NAMES = [
    "tiny-en",
    "tiny-streaming-en",
    "base-en",
    "small-streaming-en",
    "medium-streaming-en",
]


@pytest.fixture
def bundled() -> Path:
    return locate_model(None).folder


def test_the_bundled_model_is_found_without_a_folder(bundled: Path) -> None:
    assert find_models(None) == (Model("tiny-en", "TINY", bundled, is_bundled=True),)


def test_the_most_accurate_model_is_used(tmp_path: Path) -> None:
    for name, architecture in (("base-en", "BASE"), ("odd", "SOMETHING_NEW")):
        (tmp_path / name).mkdir()
        about = json.dumps({"architecture": architecture})
        (tmp_path / name / "model.json").write_text(about)

    assert locate_model(tmp_path) == Model("base-en", "BASE", tmp_path / "base-en")
    assert [m.name for m in find_models(tmp_path)] == ["base-en", "tiny-en", "odd"]


def test_a_runtime_without_its_model_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_BUNDLED", "not-in-the-wheel")

    with pytest.raises(MissingError, match="without its model") as caught:
        locate_model(None)
    assert "pip install" in caught.value.suggestion


def test_no_runtime_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_RUNTIME", "no_such_runtime")

    with pytest.raises(MissingError, match="no speech recogniser"):
        locate_model(None)


def test_the_catalogue_is_the_runtimes_own() -> None:
    offers = read_catalogue()

    assert [offer.name for offer in offers] == NAMES
    assert all(offer.size > 40_000_000 for offer in offers)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no model 'huge-en'") as caught:
        find_offer("huge-en")
    assert ", ".join(NAMES) in caught.value.suggestion


def test_what_is_there_is_not_added_again(bundled: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="tiny-en is there already"):
        add_model(bundled, tmp_path)


def test_an_added_model_is_complete_and_known(
    bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "_BUNDLED", "not-in-the-wheel")
    folder = tmp_path / "models"

    added = add_model(bundled, folder)

    assert added == Model("tiny-en", "TINY", folder / "tiny-en")
    assert find_models(folder) == (added,)
    assert [path.name for path in folder.iterdir()] == ["tiny-en"]


def test_a_model_that_loads_slowly_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = encode_reply(Working()) + encode_reply(Ready())
    code = f"import sys; sys.stdout.buffer.write({said!r})"
    command = (sys.executable, "-c", code)
    monkeypatch.setattr(models, "worker_command", lambda *_: command)

    check_model(tmp_path)


@pytest.mark.parametrize("make", ["file", "empty", "absent"])
def test_what_holds_no_model_is_refused(make: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    if make == "file":
        source.touch()
    if make == "empty":
        source.mkdir()

    with pytest.raises(UsageError, match=r"not a folder|holds no model"):
        add_model(source, tmp_path / "models")


def test_a_model_that_does_not_load_is_not_kept(tmp_path: Path) -> None:
    source = tmp_path / "base-en"
    source.mkdir()
    for file in find_offer("base-en").files:
        (source / file.name).write_bytes(b"nothing that loads")

    with pytest.raises(UsageError, match="does not load"):
        add_model(source, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize(
    ("code", "kind"), [(errno.ENOSPC, DiskFullError), (errno.EACCES, OutputError)]
)
def test_a_disk_that_takes_no_model_is_told(
    code: int,
    kind: type[OutputError],
    bundled: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(models, "_BUNDLED", "not-in-the-wheel")
    monkeypatch.setattr(shutil, "copyfile", refuse)

    with pytest.raises(kind, match=r"no space|cannot write"):
        add_model(bundled, tmp_path)


@pytest.fixture
def vendor(bundled: Path) -> Iterator[str]:
    """The bundled model, served as the vendor's site would."""
    handler = partial(_QuietHandler, directory=str(bundled))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="vendor")
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - theirs


def served(url: str, offer: Offer) -> Offer:
    files = (
        OfferedFile(file.name, f"{url}/{file.name}", file.size, file.checksum)
        for file in offer.files
    )
    return Offer(offer.name, offer.architecture, tuple(files))


def test_a_pulled_model_is_complete_and_known(
    vendor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "_BUNDLED", "not-in-the-wheel")

    pulled = pull_model(served(vendor, find_offer("tiny-en")), tmp_path)

    assert pulled == Model("tiny-en", "TINY", tmp_path / "tiny-en")
    assert find_models(tmp_path) == (pulled,)


def test_a_download_that_is_not_what_was_announced_is_refused(
    vendor: str, tmp_path: Path
) -> None:
    offer = served(vendor, find_offer("base-en"))

    with pytest.raises(UnreachableError, match=r"cannot download encoder_model.ort"):
        pull_model(offer, tmp_path)
    assert find_models(tmp_path)[0].name == "tiny-en"


def test_without_a_network_pull_is_one_sentence(tmp_path: Path) -> None:
    offer = served("http://127.0.0.1:9", find_offer("base-en"))

    with pytest.raises(UnreachableError, match="no connection") as caught:
        pull_model(offer, tmp_path)
    assert "models add" in caught.value.suggestion


def command(*arguments: str) -> tuple[int, list[dict[str, object]]]:
    """The exit code and the answers of the server's program."""
    done = subprocess.run(
        [sys.executable, "-m", "symbl_cli.server", "models", *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_program_lists_what_is_here_and_what_could_be(bundled: Path) -> None:
    code, (answer,) = command("list")

    assert code == 0
    assert answer["models"] == [
        {
            "name": "tiny-en",
            "size": 43_943_830,
            "licence": "MIT",
            "folder": str(bundled),
            "bundled": True,
            "in_use": True,
        }
    ]
    available = answer["available"]
    assert isinstance(available, list)
    assert [offer["name"] for offer in available] == NAMES[1:]


def test_the_program_says_where_the_model_is(bundled: Path) -> None:
    assert command("path") == (0, [{"path": str(bundled)}])


def test_the_program_says_what_was_wrong(tmp_path: Path) -> None:
    code, (answer,) = command("--models-folder", str(tmp_path), "pull", "huge-en")

    assert code == 2
    assert answer == {
        "error": {
            "type": "usage",
            "message": "there is no model 'huge-en' to pull",
            "suggestion": f"one of: {', '.join(NAMES)}",
        }
    }
