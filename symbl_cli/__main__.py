"""`symbl`, and `python -m symbl_cli`."""

import sys


def main() -> int:
    """Run the command line; the exit code is that of docs/commands.md."""
    try:
        return _main()
    except KeyboardInterrupt:  # so early that there is nothing to put in order
        return 130


def _main() -> int:
    from . import __version__

    if sys.argv[1:] == ["--version"] and _is_said(f"symbl {__version__}\n"):
        # Answered before Click is imported: scripts ask this often.
        return 0
    if sys.stdout is None or sys.stderr is None:
        from .closed_streams import stand_in

        stand_in()
    from .interrupts import interrupt_again, leave_at_once

    leave_at_once()
    from .collection import without_collection

    with without_collection():
        from .cli.main import run
    from .own_stderr import write_apart

    write_apart()
    interrupt_again()
    try:
        return run(sys.argv[1:])
    finally:
        leave_at_once()


def _is_said(text: str) -> bool:
    """Whether stdout took *text*; why not, who reports errors will find again."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (AttributeError, OSError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
