"""Runs a program with the vendor's Python SDK, pointed at a server: URL FILE.

The file is taken as it is but for its import line. The SDK is as it was published: its
hosts can be changed from outside alone.
"""

import runpy
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main() -> None:
    url, file = sys.argv[1:]
    point_at(url)
    program = Path(file).read_text(encoding="utf-8")
    theirs = program.replace("import symbl_cli as symbl\n", "import symbl\n")
    assert theirs != program
    with TemporaryDirectory() as folder:
        copy = Path(folder, Path(file).name)
        copy.write_text(theirs, encoding="utf-8")
        runpy.run_path(str(copy), run_name="__main__")


def point_at(url: str) -> None:
    import symbl_rest  # noqa: PLC0415 — the order matters

    configuration = symbl_rest.Configuration()
    configuration.host = url
    symbl_rest.Configuration.set_default(configuration)
    import symbl  # noqa: F401, PLC0415 — reads it

    streaming = sys.modules["symbl.streaming_api.StreamingApi"]
    path = "/v1/realtime/insights/{}?source=python_sdk"
    host = url.removeprefix("http")
    setattr(streaming, "SYMBL_STREAMING_API_FORMAT", f"ws{host}{path}")  # noqa: B010


main()
