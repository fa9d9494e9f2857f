"""Which source sets what: flags, variables, files, defaults.

Flag > environment > `./symbl.toml` > user file > default. A profile belongs to the
user file; one that was asked for by a flag is as strong as a flag, so that a
variable left over in a shell does not send one profile's words to another's server.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from ..errors import NotFoundError, UsageError
from ..frozen import dataclass
from .files import read_toml
from .places import PROJECT_FILE, Folder, Places
from .settings import OUTPUTS_AND_HOOKS, SETTINGS, Origin, Settings, Source
from .values import did_you_mean, plain

PROFILES = "profiles"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says, as it stands there."""

    source: Source
    file: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    profile: str | None = None

    def origin(self, name: str) -> Origin:
        match self.source:
            case Source.FLAG if not self.file:
                return Origin(self.source, f"--{name.replace('_', '-')}")
            case Source.ENVIRONMENT:
                return Origin(self.source, SETTINGS[name].rule.variable or "")
            case _:
                return Origin(self.source, self.file, self.profile)


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings in force, and where each came from."""

    settings: Settings
    origins: Mapping[str, Origin]
    places: Places
    environment: Mapping[str, str]
    profiles: tuple[str, ...] = ()
    """Those that the user file has."""

    def is_stronger(self, name: str, other: str) -> bool:
        """Whether setting *name* comes from a stronger source than *other*."""
        order = list(Source)
        ranks = [order.index(self.origins[n].source) for n in (name, other)]
        return ranks[0] < ranks[1]


def load(
    flags: Mapping[str, object],
    *,
    environment: Mapping[str, str],
    places: Places,
    folder: Path = Path(),
) -> Configuration:
    """Read every source; *flags* that are `None` or `()` were not given.

    Raises UsageError for a file or value that is not right, NotFoundError for a
    profile that is not there.
    """
    given = Layer(Source.FLAG, "", _given(flags))
    variables = Layer(Source.ENVIRONMENT, "", _variables(environment))
    user = _user_layer(places.user_file)
    profiles = _profiles(user)
    name = _profile_name(given, variables, user)
    profile = _profile_layer(name, profiles, user.file)
    by_flag = "profile" in given.values
    layers = (
        given,
        replace(profile, source=Source.FLAG) if by_flag else Layer(Source.FLAG),
        variables,
        _project_layer(folder / PROJECT_FILE),
        profile,
        user,
    )
    settings, origins = resolve(layers)
    return Configuration(settings, origins, places, environment, tuple(profiles))


def resolve(layers: Sequence[Layer]) -> tuple[Settings, Mapping[str, Origin]]:
    """Take each setting from the first of *layers* that has it. Pure."""
    found: dict[str, object] = {}
    origins: dict[str, Origin] = {}
    for name in SETTINGS:
        layer = next((layer for layer in layers if name in layer.values), None)
        if layer is None:
            origins[name] = Origin(Source.DEFAULT)
        else:
            origins[name] = layer.origin(name)
            found[name] = read_value(name, layer.values[name], origins[name].where)
    settings = replace(Settings(), **found)  # type: ignore[arg-type]  # readers hold it
    return settings, origins


def read_value(name: str, raw: object, where: str = "") -> object:
    """The typed value of setting *name*, as *where* has it; raises UsageError."""
    try:
        return SETTINGS[name].rule.read(raw)
    except ValueError as exc:
        in_place = f"{name} in {where}" if where else name
        spoken = where if where.startswith("--") else in_place
        raise UsageError(f"{spoken} {exc}") from exc


def check_name(name: str, where: str) -> None:
    """Raises UsageError where there is no setting *name*."""
    if name in SETTINGS:
        return
    if name in {"app_secret", "access_token"}:
        raise UsageError(
            f"{where} is no place for a secret ({name})",
            suggestion="remove it there; store it with `symbl config init "
            "--app-secret-stdin`",
        )
    raise UsageError(f"{where} has no setting {name!r}{did_you_mean(name, SETTINGS)}")


def _given(flags: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in flags.items() if value not in (None, ())}


def _variables(environment: Mapping[str, str]) -> Mapping[str, object]:
    rules = {name: setting.rule.variable for name, setting in SETTINGS.items()}
    return {
        name: environment[variable]
        for name, variable in rules.items()
        if variable and environment.get(variable)
    }


def _user_layer(file: Folder) -> Layer:
    values = read_toml(file)
    for name in values:
        if name != PROFILES:
            check_name(name, str(file))
    return Layer(Source.USER, str(file), values)


def _profiles(user: Layer) -> Mapping[str, Mapping[str, object]]:
    tables = user.values.get(PROFILES, {})
    if not isinstance(tables, dict):
        raise UsageError(f"{PROFILES} in {user.file} must be tables: [profiles.NAME]")
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise UsageError(f"profile {name!r} in {user.file} must be a table")
        for key in table:
            check_name(key, f"profile {name!r} in {user.file}")
    return tables


def _profile_name(*layers: Layer) -> str | None:
    for layer in layers:
        if "profile" in layer.values:
            where = layer.origin("profile").where
            return str(read_value("profile", layer.values["profile"], where))
    return None


def _profile_layer(
    name: str | None, profiles: Mapping[str, Mapping[str, object]], file: str
) -> Layer:
    if name is None:
        return Layer(Source.USER)
    if name not in profiles:
        raise NotFoundError(
            f"there is no profile {name!r}{did_you_mean(name, profiles)}",
            suggestion=f"make it with `symbl config init --profile {name}`",
        )
    return Layer(Source.USER, f"{file} [profiles.{name}]", profiles[name], name)


def _project_layer(file: Path) -> Layer:
    values = read_toml(file)
    for name, value in values.items():
        _check_project_name(name, str(file))
        _check_strict(name, value, str(file))
    return Layer(Source.PROJECT, str(file), values)


def _check_project_name(name: str, where: str) -> None:
    is_known = name in SETTINGS
    if name in {*OUTPUTS_AND_HOOKS, PROFILES} or (
        is_known and not SETTINGS[name].rule.is_for_projects
    ):
        raise UsageError(
            f"{where} may not set {name!r}: it comes with the folder, so it has no say "
            "in servers, credentials, microphones, hooks, outputs and what is kept",
            suggestion="remove it there; "
            + (
                f"`symbl config set {name} VALUE` is for that"
                if is_known
                else "what the user file or an option says is what counts"
            ),
        )
    check_name(name, where)


def _check_strict(name: str, raw: object, where: str) -> None:
    """Raises UsageError where *raw* makes less of privacy than the user may want."""
    strict = SETTINGS[name].rule.strict
    if strict is None or read_value(name, raw, where) is strict:
        return
    raise UsageError(
        f"{where} may not set {name!r} to {plain(not strict)}: it comes with the "
        "folder, so it may be stricter than you are, and no more",
        suggestion=f"remove it there; `symbl config set {name} {plain(not strict)}` is "
        "for that",
    )
