"""Which values an undo returns to."""

from collections.abc import Sequence

from pacetag.db.runs import FIELDS as LOGGED
from pacetag.db.runs import TagChange, TagWrite
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.history import before, externally_changed, without_own

Values = Sequence[str]


def wrote(old: Values, new: Values | None, *, finished: bool = True) -> TagWrite:
    """A write of BPM."""
    change = TagChange(old={"bpm": list(old)}, new=None if new is None else {"bpm": list(new)})
    return TagWrite(
        id=1,
        path="/a.mp3",
        file=None,
        run=1,
        change=change,
        finished=finished,
        undoing=False,
        undone_by=None,
    )


def bpm_before(*writes: TagWrite) -> list[str]:
    return before(writes)["bpm"]


def test_of_several_writes_the_first_tells() -> None:
    assert bpm_before(wrote(["90"], ["172"]), wrote(["172"], ["86"])) == ["90"]
    assert bpm_before(wrote([], ["172"]), wrote(["172"], ["86"])) == []


def test_a_value_that_was_set_between_two_writes_returns() -> None:
    assert bpm_before(wrote(["90"], ["172"]), wrote(["100"], ["172"])) == ["100"]


def test_a_backup_with_values_of_pacetags_own_is_looked_through() -> None:
    writes = wrote([], ["1"]), wrote(["1"], ["2"]), wrote(["1"], ["2"])

    assert bpm_before(*writes) == []


def test_a_write_that_broke_off_may_have_changed_nothing() -> None:
    assert bpm_before(wrote(["90"], ["1"], finished=False), wrote(["90"], ["2"])) == ["90"]
    assert bpm_before(wrote(["90"], ["1"], finished=False), wrote(["1"], ["2"])) == ["90"]


def test_writes_and_undoes_in_turn_lead_to_the_beginning() -> None:
    writes = wrote(["90"], ["172"]), wrote(["172"], ["90"]), wrote(["90"], ["86"])

    assert bpm_before(*writes) == ["90"]
    assert bpm_before(*writes[1:]) == ["172"]


def test_where_it_is_not_known_what_was_written_the_first_tells() -> None:
    assert bpm_before(wrote(["90"], None), wrote(["172"], ["86"])) == ["90"]


def test_a_value_other_than_the_last_written_one_was_changed_externally() -> None:
    writes = wrote(["90"], ["172"]), wrote(["172"], ["86"])

    assert externally_changed(writes, {"bpm": ["86"]}) == []
    assert externally_changed(writes, {"bpm": ["172"]}) == ["bpm"]
    assert externally_changed(writes, {"bpm": []}) == ["bpm"]
    assert externally_changed([wrote(["90"], ["1"], finished=False)], {"bpm": ["90"]}) == []


def test_without_knowledge_the_fields_tell_by_themselves() -> None:
    note = "1 bundle=x paces=172.34@0.98,86.17@0.95 audio=ab"

    assert externally_changed([], {"pace": ["172", "86"], "pacetag": [note], "bpm": ["1"]}) == []
    assert externally_changed([], {"pace": ["172/86"], "pacetag": [note]}) == []
    assert externally_changed([], {"pace": ["150"], "pacetag": [note]}) == ["pace"]
    assert externally_changed([], {"pace": ["150"], "pacetag": ["mine"]}) == ["pace", "pacetag"]
    assert externally_changed([], {"pace": ["150"], "pacetag": []}) == ["pace"]
    assert externally_changed([], {"pace": [], "pacetag": [note]}) == []


def test_the_log_takes_just_the_fields_that_are_written() -> None:
    assert {name for name, field in FIELDS.items() if field.written} == LOGGED


def test_of_values_out_of_a_backup_a_persons_stay() -> None:
    judged = "1 bundle=b paces=82.00@0.98,165.00@0.93 audio=0f"
    yours = judged.replace(" audio", " listener=84.00 audio")

    assert without_own({"pace": ["82", "165"], "pacetag": [judged]}) == {"pace": [], "pacetag": []}
    assert without_own({"pace": ["82|165"], "pacetag": [judged]}) == {"pace": [], "pacetag": []}
    for line in (judged, yours):
        left = without_own({"pace": ["84"], "pacetag": [line]})
        assert left == {"pace": ["84"], "pacetag": []}
