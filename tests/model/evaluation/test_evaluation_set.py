"""A set of songs with their truth is read, and errors name the line."""

from dataclasses import replace
from pathlib import Path

import pytest

from pacetag.model.evaluation.evaluation_set import (
    EvaluationHeaderError,
    EvaluationSetError,
    EvaluationSong,
    read_evaluation_set,
)
from pacetag.model.evaluation.truths import BEATLESS, paces_truth, tempo_truth


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    return tmp_path / "set.csv"


def test_a_row_gives_truth_place_and_what_else_is_said(csv_file: Path) -> None:
    csv_file.write_text(
        "# made by hand\n"
        "\n"
        "File,paces,Genre,artist,remarks,beats_per_bar,unclear,other\n"
        'a/b.mp3,172 86.5,rock,Anna,"slow, soft\nintro",4,43,x\n'
        "#1.mp3,none,,,,,,\n"
        "\n"
        "/far/c.ogg,120\n"
    )

    first, second, third = read_evaluation_set(csv_file)

    assert first == EvaluationSong(
        file="a/b.mp3",
        path=csv_file.parent / "a/b.mp3",
        truth=paces_truth([172, 86.5], [43]),
        beats_per_bar=4,
        style="rock",
        artist="Anna",
        remarks="slow, soft\nintro",
    )
    assert (second.file, second.truth, second.style) == ("#1.mp3", BEATLESS, "")
    assert third.path == Path("/far/c.ogg")


def test_a_tempo_and_a_metre_are_a_truth_too(csv_file: Path, tmp_path: Path) -> None:
    csv_file.write_bytes(
        b"\xef\xbb\xbffile,tempo,beats_per_bar,paces,style\r\n"
        b"a,120,3,,waltz\r\nb,120,,,\r\nc,120,4,60,\r\nd,,,,\r\n"
    )

    songs = read_evaluation_set(csv_file, tmp_path / "music")

    assert [song.truth for song in songs] == [
        tempo_truth(120, 3),
        tempo_truth(120),
        replace(paces_truth([60]), annotated=120),
        BEATLESS,
    ]
    assert songs[0].path == tmp_path / "music/a"
    assert (songs[0].style, songs[0].beats_per_bar, songs[1].beats_per_bar) == ("waltz", 3, None)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("file,paces\na,1x0\n", 2, "'1x0', which is no number"),
        ("file,paces\na,120\nb,120;60\n", 3, "no number"),
        ("file,paces\n\na,12\n", 3, "from 20 to 500"),
        ("file,paces\na,nan\n", 2, "from 20 to 500"),
        ("file,tempo\na,inf\n", 2, "from 20 to 500"),
        ("file,tempo,beats_per_bar\na,120,3/4\n", 2, "a whole number"),
        ("file,tempo,beats_per_bar\na,120,0\n", 2, "a whole number"),
        ("# words\nfile,paces\n,120\n", 3, "`file` is empty"),
        ("file,paces,tempo\na,none,120\n", 2, "there is the tempo 120"),
        ('file,paces,remarks\na,120,"two\nlines"\nb,0,\n', 4, "from 20 to 500"),
        ("file,paces\na,120\na,60\n", 3, "stands in line 2 already"),
        ("file,paces\na,120,60\n", 2, "3 cells under 2 columns"),
        ('file,paces\na,"120\n', 2, "is not CSV"),
        ("file,paces,paces\n", 1, "`paces` is there twice"),
        ("file,paces\n", 1, "no songs"),
        ("", 1, "no songs"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_line(
    text: str, line: int, said: str, csv_file: Path
) -> None:
    csv_file.write_text(text)

    with pytest.raises(EvaluationSetError, match=f"line {line}: ") as caught:
        read_evaluation_set(csv_file)

    assert said in str(caught.value)
    assert str(caught.value).startswith(str(csv_file))


@pytest.mark.parametrize("header", ["song,paces", "file,pace", "file"])
def test_unknown_columns_are_distinguished_from_bad_rows(header: str, csv_file: Path) -> None:
    csv_file.write_text(f"\n{header}\nx,120\n")

    with pytest.raises(EvaluationHeaderError, match="line 2: the header needs"):
        read_evaluation_set(csv_file)


def test_what_is_not_utf_8_is_named_with_its_line(csv_file: Path) -> None:
    csv_file.write_bytes(b"file,paces\na,120\nb\xff,60\n")

    with pytest.raises(EvaluationSetError, match="line 3: is not UTF-8"):
        read_evaluation_set(csv_file)
