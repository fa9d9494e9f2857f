"""Python modules that a process cannot find, as if they were not installed."""

import os
from pathlib import Path

from tests.command_line import ROOT

_HIDING = """
import sys
if {only!r} in " ".join(sys.orig_argv):
    sys.modules |= dict.fromkeys({names!r})
    {more}
"""


def hiding(folder: Path, *names: str, only: str = "", more: str = "") -> dict[str, str]:
    """What a process must have in its environment not to find modules *names*.

    Only those processes have *only* in their command line; *more* they do at first.
    """
    code = _HIDING.format(only=only, names=names, more=more or "pass")
    (folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
