"""The embedded server as a child process: `python -m symbl_cli.server`."""

import sys


def main(argv: list[str]) -> int:
    """`models …` speaks of models; anything else serves until nobody needs it."""
    if argv[:1] == ["models"]:
        from .models_command import main as models

        return models(argv[1:])
    from .child import main as serve

    return serve(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
