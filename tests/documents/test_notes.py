from datetime import UTC, datetime

import pytest

from symbl_cli.documents.notes import (
    Findings,
    Paragraph,
    Question,
    Task,
    notes,
    paragraph,
    sections,
)

BEGAN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_notes_tell_what_was_said_asked_and_agreed() -> None:
    findings = Findings(
        questions=(
            Question("Bea", "Who books the room?", answer="I do."),
            Question("Ann", "And the printer?"),
        ),
        action_items=(
            Task("Send the draft", assignee="Bea", due="2026-11-27"),
            Task("Call the printer"),
        ),
        follow_ups=(Task("Meet again", due="2026-12-01"),),
        topics=("brochures", "room"),
    )
    said = [
        Paragraph("Ann", "Let us begin.", 0.0),
        Paragraph("Bea", "Who books the room?", 3601.0),
    ]

    assert notes("Planning", BEGAN, said, findings) == (
        "# Planning\n"
        "\n"
        "2026-11-24 09:30\n"
        "\n"
        "## Transcript\n"
        "\n"
        "**Ann** (00:00): Let us begin.\n"
        "\n"
        "**Bea** (1:00:01): Who books the room?\n"
        "\n"
        "## Questions\n"
        "\n"
        "- Bea: Who books the room?\n"
        "  - Answer: I do.\n"
        "- Ann: And the printer? (open)\n"
        "\n"
        "## Action items\n"
        "\n"
        "- [ ] Send the draft (**Bea**, 2026-11-27)\n"
        "- [ ] Call the printer\n"
        "\n"
        "## Follow-ups\n"
        "\n"
        "- [ ] Meet again (2026-12-01)\n"
        "\n"
        "## Topics\n"
        "\n"
        "- brochures\n"
        "- room\n"
        "\n"
    )


def test_a_meeting_without_a_title_and_without_findings_is_a_transcript() -> None:
    assert notes("", BEGAN, [], Findings()) == (
        "# Conversation\n\n2026-11-24 09:30\n\n## Transcript\n\n"
    )
    assert sections(Findings()) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("use *stars* and _lines_", r"use \*stars\* and \_lines\_"),
        ("<script>alert(1)</script>", r"\<script\>alert(1)\</script\>"),
        ("[a](http://b)", r"\[a\](http://b)"),
        ("one\n\n# two", r"one \# two"),
        ("`a` | b ~c~ &amp; \\", r"\`a\` \| b \~c\~ \&amp; \\"),
    ],
)
def test_what_was_said_is_shown_and_does_nothing_else(text: str, shown: str) -> None:
    assert paragraph(Paragraph("Ann", text, 0)) == f"**Ann** (00:00): {shown}\n\n"
