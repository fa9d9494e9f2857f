"""A short run of the benchmark that throws malformed things at a server."""

from benchmarks.fuzz import run


def test_nothing_malformed_breaks_the_server_or_anybody_else() -> None:
    report: list[str] = []

    wrong = list(run(2000, 500, seed=7, say=report.append))

    assert wrong == []
    assert report[0].startswith("2000 malformed frames")
    assert report[1].startswith("500 malformed requests")
