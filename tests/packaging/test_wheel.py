"""What a user gets: the wheel, and nothing that is not in it."""

import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "symbl_cli"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        str(folder),
    ]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("symbl_cli-*-py3-none-any.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == files


@pytest.mark.parametrize(
    "name",
    [
        "py.typed",
        "resources/demo/conversation.flac",
        "resources/demo/conversation.toml",
        "resources/insights/actions.json",
        "resources/lines.schema.json",
    ],
)
def test_the_wheel_holds(name: str, wheel: zipfile.ZipFile) -> None:
    assert f"symbl_cli/{name}" in wheel.namelist()


def test_the_wheel_holds_licence_and_notice(wheel: zipfile.ZipFile) -> None:
    licences = {
        name.rpartition("/")[2]
        for name in wheel.namelist()
        if ".dist-info/licenses/" in name
    }

    assert licences == {"LICENSE", "NOTICE"}


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))

    assert "symbl = symbl_cli.__main__:main" in wheel.read(name).decode()


def test_the_light_client_needs_nothing_that_compiles(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    metadata = HeaderParser().parsestr(wheel.read(name).decode())
    requirements = metadata.get_all("Requires-Dist", [])

    assert sorted(
        requirement.partition(">")[0]
        for requirement in requirements
        if "extra ==" not in requirement
    ) == [
        "click",
        "filelock",
        "platformdirs",
        "requests",
        "rich",
        "tomlkit",
        "websocket-client",
    ]
