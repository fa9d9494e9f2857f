"""`symbl`, and `python -m symbl_cli`."""

import sys

from . import __version__
from .own_stderr import write_apart


def main() -> int:
    """Run the command line; the exit code is that of docs/commands.md."""
    if sys.argv[1:] == ["--version"]:
        # Answered before Click is imported: scripts ask this often.
        sys.stdout.write(f"symbl {__version__}\n")
        return 0
    from .collection import without_collection

    with without_collection():
        from .cli.main import run
    write_apart()
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
