"""`symbl models`, as a process."""

from tests.command_line import Home


def test_models_lists_what_is_here_and_what_pull_could_get(own_home: Home) -> None:
    ran = own_home.run("models", "list")

    assert ran.code == 0
    assert ran.stdout.splitlines()[:2] == [
        "* tiny-en                 44 MB  MIT  comes with the recogniser",
        "  tiny-streaming-en       51 MB  MIT  symbl models pull tiny-streaming-en",
    ]


def test_models_list_as_json_is_a_line_a_model(own_home: Home) -> None:
    ran = own_home.run("models", "list", "--json")

    assert [line["name"] for line in ran.lines] == [
        "tiny-en",
        "tiny-streaming-en",
        "base-en",
        "small-streaming-en",
        "medium-streaming-en",
    ]
    assert ran.lines[0]["is_in_use"]


def test_models_path_is_where_its_files_are(own_home: Home) -> None:
    ran = own_home.run("models", "path")

    assert ran.stdout.rstrip().endswith("tiny-en")


def test_models_pull_of_an_unknown_name_is_one_sentence(own_home: Home) -> None:
    ran = own_home.run("models", "pull", "huge-en")

    assert ran.code == 2
    assert ran.stdout == ""
    assert "there is no model 'huge-en' to pull" in ran.stderr


def test_models_add_of_no_model_is_one_sentence(own_home: Home) -> None:
    ran = own_home.run("models", "add", own_home.folder)

    assert ran.code == 2
    assert "holds no model that the recogniser knows" in ran.stderr
