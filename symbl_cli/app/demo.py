"""The conversation that comes along, for `--demo`."""

from ..frozen import dataclass
from ..protocol.events import TrackerSpec

DEMO = "resources/demo/conversation.flac"
_SCRIPT = "resources/demo/conversation.toml"


@dataclass(frozen=True, slots=True)
class Demo:
    title: str
    speakers: tuple[str, ...]
    """Of the channels, in order."""
    trackers: tuple[TrackerSpec, ...]


def read_demo() -> Demo:
    import tomllib
    from importlib.resources import files

    script = tomllib.loads((files("symbl_cli") / _SCRIPT).read_text(encoding="utf-8"))
    return Demo(
        title=script["title"],
        speakers=tuple(speaker["name"] for speaker in script["speakers"]),
        trackers=tuple(
            TrackerSpec(name=tracker["name"], vocabulary=tuple(tracker["phrases"]))
            for tracker in script["trackers"]
        ),
    )
