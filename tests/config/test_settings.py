"""What is in force, where it came from, and what is refused."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from symbl_cli.config.places import Places
from symbl_cli.config.resolve import Configuration, load
from symbl_cli.config.settings import SETTINGS, Color, Engine, Origin, Settings, Source
from symbl_cli.errors import NotFoundError, UsageError

Loading = Callable[..., Configuration]


@pytest.fixture
def loading(places: Places, project: Path) -> Loading:
    def run(
        flags: Mapping[str, object] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Configuration:
        return load(
            flags or {}, environment=environment or {}, places=places, folder=project
        )

    return run


def test_with_nothing_said_the_defaults_hold(loading: Loading) -> None:
    configuration = loading()

    assert configuration.settings == Settings()
    assert set(configuration.origins.values()) == {Origin(Source.DEFAULT)}


def test_the_stronger_source_wins(
    loading: Loading, user_file: Path, project: Path
) -> None:
    user_file.write_text('language = "de-DE"\ntitle = "User"\nlive = false\n')
    (project / "symbl.toml").write_text('language = "fr-FR"\ntitle = "Project"\n')

    configuration = loading({"language": "es-ES", "device": ()})

    assert configuration.settings == Settings(
        language="es-ES", title="Project", live=False
    )
    assert {
        name: configuration.origins[name] for name in ("language", "title", "live")
    } == {
        "language": Origin(Source.FLAG, "--language"),
        "title": Origin(Source.PROJECT, str(project / "symbl.toml")),
        "live": Origin(Source.USER, str(user_file)),
    }


def test_a_variable_is_stronger_than_a_file_and_weaker_than_a_flag(
    loading: Loading, user_file: Path
) -> None:
    user_file.write_text('api_url = "https://file"\n')
    variables = {"SYMBL_API_URL": "https://variable/", "SYMBL_APP_ID": ""}

    from_variable = loading({}, variables)
    from_flag = loading({"api_url": "https://flag"}, variables)

    assert from_variable.settings == Settings(api_url="https://variable")
    assert from_flag.settings == Settings(api_url="https://flag")


def test_every_kind_of_value_is_read(loading: Loading, user_file: Path) -> None:
    user_file.write_text(
        """
engine = "Remote"
insights = ["topic", "question"]
confidence_threshold = 1
vocab = "Kestrel, Zephyr-9,"
device = ["mic=Host", "system=Guests"]
color = "never"
keep = "90d"
spool_limit = "1.5GB"
save_dir = "/var/talks"
timezone = "Europe/Berlin"
redact = true
""",
        encoding="utf-8-sig",  # as some editors save it
    )

    assert loading().settings == Settings(
        engine=Engine.REMOTE,
        insights=("question", "topic"),
        confidence_threshold=1.0,
        vocab=("Kestrel", "Zephyr-9"),
        device=("mic=Host", "system=Guests"),
        color=Color.NEVER,
        keep=90 * 86400.0,
        spool_limit=1_500_000_000,
        save_dir=Path("/var/talks"),
        timezone="Europe/Berlin",
        redact=True,
    )


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("all", ("question", "action_item", "follow_up", "topic")),
        ("none", ()),
        ("topic,question", ("question", "topic")),
    ],
)
def test_insights_are_spelt_out(
    loading: Loading, given: str, meant: tuple[str, ...]
) -> None:
    assert loading({"insights": given}).settings.insights == meant


def test_the_name_of_a_device_may_have_commas(
    loading: Loading, user_file: Path
) -> None:
    user_file.write_text('device = "HDA Intel: ALC257 (hw:0,0)"\n')

    assert loading().settings.device == ("HDA Intel: ALC257 (hw:0,0)",)
    assert loading({"device": ("a,b", "c")}).settings.device == ("a,b", "c")


@pytest.mark.parametrize("name", SETTINGS)
def test_every_default_is_a_value_that_its_reader_gives(name: str) -> None:
    setting = SETTINGS[name]
    if setting.default is None or name in {"keep", "spool_limit"}:
        assert name in {
            *("api_url", "engine", "profile", "app_id", "timezone", "title"),
            *("keep", "save_dir", "spool_limit"),
        }
    else:
        assert setting.rule.read(setting.default) == setting.default


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("live = 2", "live in FILE must be true or false"),
        ('insights = "qestion"', "has no 'qestion'; did you mean 'question'?"),
        ('insights = ["none", "topic"]', "cannot be none and something else"),
        ("vocab = 5", "must be a list of texts"),
        ("vocab = [1]", "must be a list of texts"),
        ("confidence_threshold = 1.5", "must be a number from 0 to 1"),
        ("confidence_threshold = true", "must be a number from 0 to 1"),
        ('color = "red"', "must be one of: auto, always, never"),
        ('engine = ""', "must be one of: local, remote"),
        ('keep = "90 parsecs"', "must be a time such as 90d"),
        ("keep = 90", "must be a time such as 90d"),
        ('spool_limit = "2 GiB"', "must be a size such as 2GB"),
        ("spool_limit = -1", "must be a size such as 2GB"),
        ("title = 7", "must be text in quotes"),
        ('title = " "', "not empty"),
        ('language = "english!"', "must be a language such as en-US"),
        ('timezone = "Europe/Berln"', "did you mean 'Europe/Berlin'?"),
        ('api_url = "api.example"', "must be a URL such as https://host"),
        ('api_url = "ftp://host"', "must be a URL such as https://host"),
        ('api_url = "https://host:99999"', "must be a URL such as https://host"),
        ('api_url = "https://["', "must be a URL such as https://host"),
        ('api_url = "https://me:pw@host"', "without user, password"),
        ('langage = "en-US"', "no setting 'langage'; did you mean 'language'?"),
        ('app_secret = "x"', "is no place for a secret"),
        ("profiles = 1", "must be tables"),
        ("profiles.work = 1", "profile 'work' in FILE must be a table"),
        ("[profiles.work]\nlangage = 1", "profile 'work' in FILE has no setting"),
    ],
)
def test_a_line_that_is_not_right_is_named(
    loading: Loading, user_file: Path, line: str, message: str
) -> None:
    user_file.write_text(line)

    with pytest.raises(UsageError) as caught:
        loading()

    assert message.replace("FILE", str(user_file)) in caught.value.message
    assert str(user_file) in caught.value.message


def test_a_flag_that_is_not_right_is_called_by_its_name(loading: Loading) -> None:
    with pytest.raises(UsageError, match=r"^--confidence-threshold must be a number"):
        loading({"confidence_threshold": "2"})


def test_a_variable_that_is_not_right_is_called_by_its_name(loading: Loading) -> None:
    with pytest.raises(UsageError, match=r"^api_url in SYMBL_API_URL must be a URL"):
        loading({}, {"SYMBL_API_URL": "nonsense"})


@pytest.mark.parametrize(
    "line",
    [
        'api_url = "https://evil"',
        'engine = "remote"',
        'profile = "work"',
        'app_id = "x"',
        'app_secret = "x"',
        'access_token = "x"',
        'keep = "1s"',
        'save_dir = "/tmp"',
        'jsonl = "/tmp/x"',
        "[hooks]\nquestion = 'rm -r ~'",
        'on = ["question rm"]',
        'webhook = "https://evil"',
        "[profiles.work]\nlanguage = 'en-US'",
    ],
)
def test_a_project_file_has_no_say_in_this(
    loading: Loading, project: Path, line: str
) -> None:
    file = project / "symbl.toml"
    file.write_text(line)

    with pytest.raises(UsageError) as caught:
        loading()

    assert caught.value.message.startswith(f"{file} may not set ")


def test_a_symbl_conf_in_the_folder_is_not_looked_at(
    loading: Loading, project: Path
) -> None:
    (project / "symbl.conf").write_text("[credentials]\napp_id=a\napp_secret=b\n")

    assert loading().settings == Settings()


def test_a_file_that_is_no_toml_is_named_with_the_line(
    loading: Loading, user_file: Path
) -> None:
    user_file.write_text('language = "en-US"\nlive = yes\n')

    with pytest.raises(UsageError) as caught:
        loading()

    assert caught.value.message.startswith(f"{user_file} is not valid TOML")
    assert "line 2" in caught.value.message
    assert caught.value.suggestion == "correct that line, or move the file away"


def test_a_file_that_is_no_text_is_named(loading: Loading, user_file: Path) -> None:
    user_file.write_bytes(b'title = "caf\xe9"')

    with pytest.raises(UsageError, match="is not text in UTF-8"):
        loading()


def test_a_file_that_cannot_be_read_is_named(loading: Loading, user_file: Path) -> None:
    user_file.mkdir()

    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        loading()


PROFILES = """
language = "en-GB"
title = "Ours"
[profiles.work]
api_url = "https://work"
title = "Work"
"""


@pytest.mark.parametrize("way", ["file", "variable", "flag"])
def test_a_profile_lies_over_the_rest_of_its_file(
    loading: Loading, user_file: Path, way: str
) -> None:
    user_file.write_text(('profile = "work"' if way == "file" else "") + PROFILES)
    flags = {"profile": "work"} if way == "flag" else {}
    variables = {"SYMBL_PROFILE": "work"} if way == "variable" else {}

    configuration = loading(flags, variables)

    assert configuration.settings == Settings(
        profile="work", api_url="https://work", title="Work", language="en-GB"
    )
    assert configuration.origins["title"].where == f"{user_file} [profiles.work]"


def test_only_a_profile_asked_for_by_flag_is_stronger_than_a_variable(
    loading: Loading, user_file: Path
) -> None:
    user_file.write_text(PROFILES)
    variables = {"SYMBL_API_URL": "https://variable"}

    by_flag = loading({"profile": "work"}, variables)
    by_variable = loading({}, {**variables, "SYMBL_PROFILE": "work"})

    assert by_flag.settings.api_url == "https://work"
    assert by_variable.settings.api_url == "https://variable"


def test_a_profile_that_is_not_there_is_named_with_the_nearest(
    loading: Loading, user_file: Path
) -> None:
    user_file.write_text(PROFILES)

    with pytest.raises(NotFoundError) as caught:
        loading({"profile": "wrok"})

    assert caught.value.message == ("there is no profile 'wrok'; did you mean 'work'?")
