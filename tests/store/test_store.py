import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from symbl_cli.errors import StoreError
from symbl_cli.protocol.events import ConversationId
from symbl_cli.server.insights.findings import Party
from symbl_cli.server.store.changes import (
    AssignMessage,
    Change,
    DeleteConversation,
    DeleteMark,
    DropFrames,
    RenameConversation,
    RenameMember,
    SaveConversation,
    SaveFinding,
    SaveFrame,
    SaveMember,
    SaveMessage,
    SaveStream,
    SetMetadata,
    UpdateConversation,
)
from symbl_cli.server.store.finding_rows import FindingKind
from symbl_cli.server.store.records import (
    ConversationQuery,
    FrameRecord,
    SortKey,
    StreamRecord,
)
from symbl_cli.server.store.store import Store, open_store

from .samples import (
    ANA,
    ANSWER,
    ASKED,
    BO,
    FINDINGS,
    MARK,
    MEETING,
    MESSAGES,
    PROMISED,
    QUESTION,
    START,
    TENANT,
    TOPIC,
    conversation,
    message,
    whole_meeting,
)

SECOND = timedelta(seconds=1)
STREAM = StreamRecord(
    id="stream",
    conversation_id=MEETING,
    member_id=ANA.id,
    sample_rate=48000,
    epoch=1,
    position=2**40,
    request="{}",
)


@pytest.fixture(params=["on disk", "in memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    folder = tmp_path / "data" if request.param == "on disk" else None
    with open_store(folder) as opened:
        yield opened


@pytest.fixture
def meeting(store: Store) -> Store:
    store.write(*whole_meeting()).result(10)
    return store


def test_everything_comes_back_as_it_was_written(meeting: Store) -> None:
    assert meeting.conversation(TENANT, MEETING) == conversation()
    assert meeting.members(MEETING) == (ANA, BO)
    assert meeting.messages(MEETING) == MESSAGES
    assert meeting.findings(MEETING) == FINDINGS
    assert meeting.marks(MEETING) == (MARK,)


def test_what_was_written_is_there_after_closing(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.write(*whole_meeting())

    with open_store(tmp_path) as store:
        assert store.messages(MEETING) == MESSAGES
        assert store.findings(MEETING) == FINDINGS
        assert store.notices == ()


def test_nobody_else_can_read_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with open_store(folder) as store:
        store.write(*whole_meeting()).result(10)

        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        modes = {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
        assert modes == {0o600}


def test_another_tenant_sees_nothing(meeting: Store) -> None:
    assert meeting.conversation("other", MEETING) is None
    assert meeting.conversation("other", "last") is None
    assert meeting.conversations("other", ConversationQuery()) == ()
    assert meeting.find_by_connection("other", f"connection-{MEETING}") is None


def test_a_write_is_all_or_nothing(meeting: Store) -> None:
    nowhere = replace(message("9", "Lost.", 7), conversation_id=ConversationId("9"))
    added = message("8", "Not kept either.", 6)

    failed = meeting.write(SaveMessage(added), SaveMessage(nowhere))

    with pytest.raises(StoreError, match="its conversation was deleted meanwhile"):
        failed.result(10)
    assert meeting.messages(MEETING) == MESSAGES


NOWHERE = ConversationId("9")


@pytest.mark.parametrize(
    "change",
    [
        SaveMessage(replace(message("9", "Lost.", 7), conversation_id=NOWHERE)),
        UpdateConversation(conversation(NOWHERE)),
    ],
    ids=lambda change: type(change).__name__,
)
def test_a_write_that_fails_does_not_take_its_neighbours_along(
    meeting: Store, change: Change
) -> None:
    good, better = message("8", "Kept.", 6), message("10", "Kept too.", 8)

    changes: list[Change] = [SaveMessage(good), change, SaveMessage(better)]
    writes = [meeting.write(one) for one in changes]
    wait(writes, 10)

    kinds = [type(one.exception()) for one in writes]
    assert kinds == [type(None), StoreError, type(None)]
    assert meeting.messages(MEETING) == (*MESSAGES, good, better)
    assert meeting.conversation(TENANT, NOWHERE) is None


def test_a_change_of_our_own_making_fails_only_its_write(meeting: Store) -> None:
    unwritable = meeting.write(RenameConversation(MEETING, "\ud800"))

    with pytest.raises(UnicodeEncodeError):
        unwritable.result(10)
    meeting.write(RenameConversation(MEETING, "Fine")).result(10)
    renamed = meeting.conversation(TENANT, MEETING)
    assert renamed == conversation(name="Fine")


def test_writing_after_closing_is_refused(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.close()
    store.close()

    with pytest.raises(StoreError, match="closed"):
        store.write(SaveConversation(conversation())).result(10)


def test_a_known_conversation_keeps_name_and_metadata(meeting: Store) -> None:
    meeting.write(
        RenameConversation(MEETING, "Renamed"), SetMetadata(MEETING, {"a": "b"})
    )
    later = START + 60 * SECOND
    running = replace(conversation(), name=None, metadata={}, is_live=True)
    meeting.write(UpdateConversation(replace(running, ended_at=later))).result(10)

    assert meeting.conversation(TENANT, MEETING) == replace(
        running, name="Renamed", metadata={"a": "b"}, ended_at=later
    )


def test_a_renamed_member_stays_renamed(meeting: Store) -> None:
    meeting.write(
        RenameMember(MEETING, BO.id, "Robert", "bo@example.org"), SaveMember(BO)
    ).result(10)

    assert meeting.members(MEETING) == (
        ANA,
        replace(BO, name="Robert", email="bo@example.org"),
    )


def test_findings_follow_a_renamed_member(meeting: Store) -> None:
    meeting.write(RenameMember(MEETING, BO.id, "Robert")).result(10)
    robert = Party("Robert", BO.id)

    (promised,) = meeting.findings(MEETING, {FindingKind.ACTION_ITEM})
    assert promised == replace(
        PROMISED,
        text="Robert will send the drafts by Friday.",
        speaker=robert,
        assignee=robert,
        tags=(
            replace(PROMISED.tags[0], text="Robert", value="Robert"),
            replace(PROMISED.tags[1], offset=28),
        ),
    )


def test_a_finding_gives_way_to_a_higher_rev_only(meeting: Store) -> None:
    older = replace(ASKED, rev=1, answered_by=None)
    newer = replace(TOPIC, rev=2, score=0.9)
    meeting.write(SaveFinding(MEETING, older), SaveFinding(MEETING, newer)).result(10)

    kinds = {FindingKind.QUESTION, FindingKind.TOPIC}
    assert meeting.findings(MEETING, kinds) == (ASKED, newer)


def test_a_withdrawn_finding_is_gone(meeting: Store) -> None:
    withdrawn = replace(TOPIC, rev=2, removed=True)
    meeting.write(SaveFinding(MEETING, withdrawn)).result(10)

    assert meeting.findings(MEETING, {FindingKind.TOPIC}) == ()


def test_messages_are_in_the_order_in_which_they_were_said(meeting: Store) -> None:
    between = message("1", "In between.", 3.0)
    meeting.write(SaveMessage(between)).result(10)

    assert meeting.messages(MEETING) == (QUESTION, between, ANSWER)


def test_a_message_is_replaced_by_one_of_its_id(meeting: Store) -> None:
    corrected = replace(QUESTION, text="Who sends the zebra?")
    meeting.write(SaveMessage(corrected)).result(10)

    assert meeting.messages(MEETING) == (corrected, ANSWER)
    assert _found(meeting, "zebra") == [MEETING]


def test_a_message_can_be_given_to_somebody_else(meeting: Store) -> None:
    meeting.write(AssignMessage(MEETING, QUESTION.id, BO.id)).result(10)

    assert meeting.messages(MEETING) == (replace(QUESTION, member_id=BO.id), ANSWER)


def test_a_stream_moves_on(meeting: Store) -> None:
    moved = replace(STREAM, epoch=2, position=2**41)
    meeting.write(SaveStream(STREAM), SaveStream(moved)).result(10)

    assert meeting.streams(MEETING) == (moved,)


def test_frames_are_had_again_from_an_event_on(meeting: Store) -> None:
    frames = tuple(FrameRecord(MEETING, n, None, f"frame {n}") for n in (1, 2, 3))
    meeting.write(*(SaveFrame(frame) for frame in frames)).result(10)
    assert meeting.frames(MEETING, 1) == frames[1:]

    meeting.write(DropFrames(MEETING)).result(10)
    assert meeting.frames(MEETING, 0) == ()


def test_a_mark_can_be_deleted(meeting: Store) -> None:
    meeting.write(DeleteMark(MEETING, MARK.id)).result(10)

    assert meeting.marks(MEETING) == ()


def test_a_deleted_conversation_leaves_nothing(meeting: Store) -> None:
    meeting.write(SaveStream(STREAM), SaveFrame(FrameRecord(MEETING, 1, None, "frame")))
    meeting.write(DeleteConversation(MEETING)).result(10)

    assert meeting.conversation(TENANT, MEETING) is None
    assert meeting.members(MEETING) == ()
    assert meeting.messages(MEETING) == ()
    assert meeting.findings(MEETING) == ()
    assert meeting.marks(MEETING) == ()
    assert meeting.streams(MEETING) == ()
    assert meeting.frames(MEETING, 0) == ()
    assert _found(meeting, "draft") == []


def test_deleted_words_leave_the_disk_and_it_shrinks(tmp_path: Path) -> None:
    words = " ".join(f"remarkableword{number}" for number in range(5_000))
    with open_store(tmp_path) as store:
        store.write(
            SaveConversation(conversation()),
            *(SaveMessage(message(str(n), words, n)) for n in range(10)),
        ).result(10)
        full = store.size()
        store.write(DeleteConversation(MEETING)).result(10)
        assert store.size() < full / 4

    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert words.encode() not in held


def test_what_runs_is_found_at_start(store: Store) -> None:
    live = conversation("2", is_live=True)
    store.write(SaveConversation(conversation("1")), SaveConversation(live)).result(10)

    assert store.live_conversations() == (live,)


def test_a_connection_id_names_its_newest_conversation(store: Store) -> None:
    old, new = (
        replace(conversation(one), connection_id="shared", started_at=START + shift)
        for one, shift in (("2", 0 * SECOND), ("1", SECOND))
    )
    store.write(SaveConversation(old), SaveConversation(new)).result(10)

    assert store.find_by_connection(TENANT, "shared") == new
    assert store.find_by_connection(TENANT, "unknown") is None


@pytest.fixture
def library(store: Store) -> Store:
    """Five conversations, one a second: 10, 11, 12, 20, 21."""
    for position, one in enumerate(("10", "11", "12", "20", "21")):
        record = conversation(
            one, started_at=START + position * SECOND, name=f"Call {9 - position}"
        )
        spoken = message(one, f"We number {one} things.", 1, BO, record.id)
        store.write(SaveConversation(record), SaveMessage(spoken)).result(10)
    return store


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (ConversationQuery(), "10 11 12 20 21"),
        (ConversationQuery(descending=True), "21 20 12 11 10"),
        (ConversationQuery(limit=2, offset=1), "11 12"),
        (ConversationQuery(limit=0), ""),
        (ConversationQuery(offset=4), "21"),
        (ConversationQuery(sort=SortKey.NAME), "21 20 12 11 10"),
        (ConversationQuery(since=START + SECOND), "11 12 20 21"),
        (ConversationQuery(until=START + SECOND), "10 11"),
        (ConversationQuery(id_prefix="1"), "10 11 12"),
        (ConversationQuery(id_prefix="1%"), ""),
        (ConversationQuery(name="Call 9"), "10"),
        (ConversationQuery(metadata={"team": "platform"}), "10 11 12 20 21"),
        (ConversationQuery(metadata={"team": "none"}), ""),
        (ConversationQuery(text="numbers 12 thing"), "12"),
        (ConversationQuery(text="call 9"), "10"),
        (ConversationQuery(text="   "), "10 11 12 20 21"),
        (ConversationQuery(text="!?"), ""),
        (ConversationQuery(text='" OR rowid:* NEAR('), ""),
        (ConversationQuery(text="\0 thing\0"), "10 11 12 20 21"),
    ],
    ids=repr,
)
def test_conversations_are_chosen_and_ordered(
    library: Store, query: ConversationQuery, ids: str
) -> None:
    found = library.conversations(TENANT, query)
    assert [one.id for one in found] == ids.split()


def test_last_is_the_newest(library: Store) -> None:
    last = library.conversation(TENANT, "last")
    assert last is not None
    assert last.id == "21"


def test_reading_goes_on_while_much_is_written(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.write(*whole_meeting()).result(10)
        writes = [
            store.write(SaveMessage(message(str(n), "One more.", 10 + n)))
            for n in range(500)
        ]
        counts = [len(store.messages(MEETING)) for _ in range(50)]
        wait(writes, 60)

        assert counts == sorted(counts)
        assert len(store.messages(MEETING)) == 502


def test_a_store_is_its_folder(tmp_path: Path) -> None:
    with open_store(tmp_path / "one") as store:
        store.write(*whole_meeting()).result(10)
    shutil.move(tmp_path / "one", tmp_path / "two")

    with open_store(tmp_path / "two") as store:
        assert store.messages(MEETING) == MESSAGES


def test_the_size_is_told(meeting: Store) -> None:
    assert meeting.size() >= 4096


def _found(store: Store, text: str) -> list[str]:
    return [one.id for one in store.conversations(TENANT, ConversationQuery(text=text))]
