"""Changes to the user file."""

from pathlib import Path

import pytest

from symbl_cli.config.edit import remove, save
from symbl_cli.config.places import Places
from symbl_cli.config.resolve import load
from symbl_cli.config.settings import SETTINGS, Settings
from symbl_cli.errors import NotFoundError, UsageError


def test_values_are_written_as_toml_has_them(places: Places, user_file: Path) -> None:
    save(
        places,
        {
            "live": "off",
            "insights": "topic,question",
            "confidence_threshold": "0.75",
            "keep": "90d",
            "spool_limit": "500000000",
            "language": "en-GB",
        },
    )

    assert user_file.read_text() == (
        "live = false\n"
        'insights = ["question", "topic"]\n'
        "confidence_threshold = 0.75\n"
        'keep = "90d"\n'
        "spool_limit = 500000000\n"
        'language = "en-GB"\n'
    )
    load({}, environment={}, places=places)


def test_the_rest_of_the_file_stays(places: Places, user_file: Path) -> None:
    user_file.write_text(
        '# mine\ntitle = "Standup" # daily\n\n[profiles.work]\nlive = true\n'
    )

    save(places, {"language": "en-GB", "title": None})
    save(places, {"app_id": "x"}, "work")
    save(places, {"app_id": "y"}, "home")

    assert user_file.read_text() == (
        '# mine\nlanguage = "en-GB"\n\n[profiles.work]\nlive = true\n'
        'app_id = "x"\n\n[profiles.home]\napp_id = "y"\n'
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"langage": "en"}, "the user file has no setting 'langage'; did you mean"),
        ({"live": "perhaps"}, "live must be true or false"),
        ({"live": "true", "keep": "1"}, "keep must be a time such as"),
        ({"app_secret": "x"}, "no place for a secret"),
    ],
)
def test_what_is_not_right_changes_nothing(
    places: Places, user_file: Path, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        save(places, dict(changes))

    assert not user_file.exists()


def test_a_default_profile_has_to_be_there(places: Places, user_file: Path) -> None:
    user_file.write_text('[profiles.work]\napp_id = "x"\n')

    with pytest.raises(NotFoundError, match="no profile 'wrok'; did you mean 'work'"):
        save(places, {"profile": "wrok"})
    save(places, {"profile": "work"})

    assert load({}, environment={}, places=places).settings == Settings(
        profile="work", app_id="x"
    )


def test_even_an_unknown_name_can_be_removed(places: Places, user_file: Path) -> None:
    user_file.write_text('langage = "en"\nlive = false\n')

    assert remove(places, "langage")
    assert not remove(places, "langage")
    assert not remove(places, "live", "work")

    assert user_file.read_text() == "live = false\n"


def test_profiles_that_are_no_tables_are_left_alone(
    places: Places, user_file: Path
) -> None:
    user_file.write_text("profiles = 1\n")

    with pytest.raises(UsageError, match="must be tables"):
        save(places, {"live": "true"}, "work")

    assert user_file.read_text() == "profiles = 1\n"


@pytest.mark.parametrize(
    ("name", "written", "shown"),
    [
        ("keep", "90d", "90d"),
        ("keep", "36h", "36h"),
        ("keep", "48h", "2d"),
        ("keep", "1.5s", "1.5s"),
        ("keep", "off", "off"),
        ("spool_limit", "2GB", "2GB"),
        ("spool_limit", "1500MB", "1.5GB"),
        ("spool_limit", "512", "512"),
        ("spool_limit", "0", "0"),
        ("confidence_threshold", "0.50", "0.5"),
        ("live", "no", "false"),
        ("vocab", "a, b", "a,b"),
        ("color", "Never", "never"),
        ("save_dir", "/talks", "/talks"),
    ],
)
def test_a_value_is_shown_as_it_can_be_set(name: str, written: str, shown: str) -> None:
    rule = SETTINGS[name].rule

    assert rule.show(rule.read(written)) == shown
    assert rule.read(shown) == rule.read(written)
