"""Tables of labels, as people write them."""

from pathlib import Path

import pytest

from pacetag.model.training.labels.table import (
    LabelRow,
    LabelRows,
    LabelsError,
    changes_tempo,
    read_table,
)


def table(tmp_path: Path, text: str) -> LabelRows:
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path)


def paces(found: LabelRows) -> dict[str, tuple[float, ...]]:
    return {row.song: row.paces for row in found.rows}


def reasons(found: LabelRows) -> dict[str, str]:
    return {one.where: one.reason for one in found.left_out}


def test_the_form_of_2019_is_read(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        "song,pace,pace2,pace3,remarks\n"
        "I'm Looking Through You,172,86,,\n"
        'Because the Night,123.5,246,62,"strong eighths, even here"\n',
    )

    assert found.left_out == ()
    assert found.rows[0] == LabelRow(
        where="labels.csv, line 2",
        song="I'm Looking Through You",
        artist=None,
        paces=(172.0, 86.0),
    )
    assert found.rows[1].paces == (123.5, 246.0, 62.0)


@pytest.mark.parametrize(
    "header",
    [
        "Song,Artist,Pace1,Pace2,Remarks",
        "file,ARTIST,pace 1,pace 2,note",
        "title,artist,pace_1,pace_2,Comments",
        "\ufeffsong,artist,pace,pace.2,remark",
    ],
)
def test_headers_are_taken_as_they_come(header: str, tmp_path: Path) -> None:
    found = table(tmp_path, f"{header}\nHill,Legs,172,86,fine\n")

    (row,) = found.rows
    assert (row.song, row.artist, row.paces) == ("Hill", "Legs", (172.0, 86.0))


def test_the_form_of_evaluation_sets_is_read(tmp_path: Path) -> None:
    """One column for all paces: nothing in it means that none fits, as evaluation has it."""
    found = table(tmp_path, "file,paces,unclear\na.mp3,172.5 86,43\nfog.mp3,,\nrain.mp3,none,\n")

    assert paces(found) == {"a.mp3": (172.5, 86.0), "fog.mp3": (), "rain.mp3": ()}
    assert found.rows[0].unclear == (43.0,)


def test_a_file_counts_before_a_title(tmp_path: Path) -> None:
    found = table(tmp_path, "title,file,pace\nHill,01.mp3,172\n")

    assert found.rows[0].song == "01.mp3"


def test_semicolons_and_decimal_commas_are_read(tmp_path: Path) -> None:
    found = table(tmp_path, "song;pace1;pace2\nHill, no valley;172,5;86\n")

    assert paces(found) == {"Hill, no valley": (172.5, 86.0)}


def test_comments_and_blank_lines_do_not_move_the_line_numbers(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        '# tapped in May\n\nsong,pace,remarks\n\n#1 Crush,97,"two\nlines"\n,,\nHill,fast,\n',
    )

    assert [row.where for row in found.rows] == ["labels.csv, line 5"]
    assert reasons(found) == {"labels.csv, line 8": "'fast' is not a number"}


def test_what_cannot_be_used_is_named_with_its_line(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        "song,pace,pace2\n"
        "Unlabelled,,\n"
        "Slip,1720,\n"
        "Hello, Goodbye,99,198\n"
        ",120,\n"
        "Not a number,nan,\n"
        "Fog,none,\n",
    )

    assert paces(found) == {"Fog": ()}
    said = reasons(found)
    assert list(said) == [f"labels.csv, line {line}" for line in range(2, 7)]
    for reason, word in zip(
        said.values(), ("no pace is given", "1720", "quotes", "no song", "nan"), strict=True
    ):
        assert word in reason


def test_a_pace_given_twice_counts_once(tmp_path: Path) -> None:
    assert paces(table(tmp_path, "song,pace,pace2\nHill,172,172.0\n")) == {"Hill": (172.0,)}


def test_songs_that_change_their_tempo_are_left_out(tmp_path: Path) -> None:
    found = table(tmp_path, "song,pace,remarks\nSuite,120,changes tempo in the middle\nHill,172,\n")

    assert paces(found) == {"Hill": (172.0,)}
    assert reasons(found) == {
        "labels.csv, line 2": "the tempo changes: 'changes tempo in the middle'"
    }


@pytest.mark.parametrize(
    "remark",
    [
        "changes tempo",
        "Tempo changes!",
        "change of tempo at 2:10",
        "tempo varies a lot",
        "speeds up towards the end",
        "slows down",
        "gets faster",
        "free tempo",
    ],
)
def test_a_change_of_tempo_is_understood(remark: str) -> None:
    assert changes_tempo(remark)


@pytest.mark.parametrize(
    "remark",
    [
        "",
        "no tempo change",
        "the tempo does not change",
        "never slows down",
        "doesn't change tempo",
        "changes key, steady tempo",
        "uptempo, no changes",
    ],
)
def test_other_remarks_are_no_change_of_tempo(remark: str) -> None:
    assert not changes_tempo(remark)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"artist,pace\nLegs,172\n", "`song`"),
        (b"song,bpm\nHill,172\n", "`pace`"),
        ("song,pace\nÉtude,60\n".encode("latin-1"), "UTF-8"),
    ],
)
def test_what_is_no_table_of_labels_is_refused(content: bytes, word: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(content)

    with pytest.raises(LabelsError, match=word):
        read_table(path)
