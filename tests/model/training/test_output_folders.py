"""Training and its tools write over nothing that they did not make."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pacetag.model.training import sample_audio
from pacetag.model.training.benchmark_sets import __main__ as benchmark_sets
from pacetag.model.training.benchmark_sets import held_out
from pacetag.model.training.benchmark_sets.held_out import write_sets
from pacetag.model.training.grooves import corpus
from pacetag.model.training.output_folders import (
    NOTES,
    NOTES_HEAD,
    OutputError,
    check_free,
    check_own,
    check_work,
)
from pacetag.model.training.recordings import fetch, pictures, pseudo_labels
from pacetag.model.training.recordings.pictures import draw_pictures
from pacetag.model.training.scores import corpus as score_corpus

FOREIGN = "mine\n"


def made(place: Path, text: str = FOREIGN) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return place


class TestWork:
    @pytest.mark.parametrize(
        "there",
        [
            [],
            ["labels.csv"],
            ["grooves/songs.jsonl", "recordings/a.ogg"],
            ["cases/own/cases.part.npy"],
            ["cases/own/made_with.json", "networks/clips/model.keras"],
            ["bundles/own-1/bundle.json", "bundles/own-1/model.keras"],
        ],
    )
    def test_new_ones_and_those_of_earlier_runs_are_used(
        self, there: list[str], tmp_path: Path
    ) -> None:
        for name in there:
            made(tmp_path / name)

        check_work(tmp_path, "own-1")
        check_work(tmp_path / "new" / "deeper", "own-1")

    @pytest.mark.parametrize(
        "there",
        [
            "recordings/concert.ogg",
            "cases/letter.txt",
            "bundles/own-1/letter.txt",
            "bundles/own-1",
            "experiments.md",
            "bundle.json",
            "grooves",
        ],
    )
    def test_foreign_files_where_a_run_writes_are_refused(self, there: str, tmp_path: Path) -> None:
        made(tmp_path / there)

        with pytest.raises(OutputError, match="another"):
            check_work(tmp_path, "own-1")

    def test_a_foreign_bundle_folder_is_refused_beside_an_earlier_run(self, tmp_path: Path) -> None:
        made(tmp_path / "grooves" / "songs.jsonl")
        made(tmp_path / "bundles" / "own-1" / "letter.txt")

        with pytest.raises(OutputError, match="another --name"):
            check_work(tmp_path, "own-1")
        check_work(tmp_path, "own-2")

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        file = made(tmp_path / "song.mp3")

        for place in (file, file / "work"):
            with pytest.raises(OutputError, match="is a file"):
                check_work(place, "own-1")

    def test_notes_of_earlier_runs_are_added_to(self, tmp_path: Path) -> None:
        made(tmp_path / NOTES, f"{NOTES_HEAD}\n")

        check_work(tmp_path, "own-1")

    @pytest.mark.parametrize("name", ["", ".", "..", "../up", "two words", "a;b", "a/b", "a\nb"])
    def test_names_that_lead_elsewhere_or_fit_no_tag_are_refused(
        self, name: str, tmp_path: Path
    ) -> None:
        with pytest.raises(OutputError, match="--name"):
            check_work(tmp_path, name)


def test_files_are_replaced_only_on_demand_and_links_and_databases_never(tmp_path: Path) -> None:
    there, link, index = made(tmp_path / "a"), tmp_path / "b", tmp_path / "c"
    link.symlink_to(there)
    with sqlite3.connect(index) as database:
        database.execute("CREATE TABLE t (c)")
    database.close()
    (tmp_path / "dangling").symlink_to("nowhere")

    check_free([tmp_path / "new"])
    check_free([there], overwrite=True)
    with pytest.raises(OutputError, match="--overwrite"):
        check_free([tmp_path / "new", there])
    for place in (link, index, tmp_path, tmp_path / "dangling"):
        with pytest.raises(OutputError, match="may be replaced"):
            check_free([place], overwrite=True)


def test_folders_are_new_empty_or_hold_a_trace(tmp_path: Path) -> None:
    check_own(tmp_path / "new", "songs.jsonl")
    check_own(tmp_path, "songs.jsonl")
    made(tmp_path / "letter.txt")
    with pytest.raises(OutputError):
        check_own(tmp_path, "songs.jsonl")
    made(tmp_path / "songs.jsonl")
    check_own(tmp_path, "songs.jsonl")


@pytest.mark.parametrize(
    "main",
    [corpus.main, score_corpus.main, fetch.main],
    ids=lambda main: main.__module__,
)
def test_corpora_are_not_made_among_foreign_files(
    main: Callable[[Sequence[str]], int], tmp_path: Path
) -> None:
    letter = made(tmp_path / "letter.txt")

    assert main([str(tmp_path)]) == 2
    assert main([str(letter)]) == 2

    assert [each.read_text() for each in tmp_path.iterdir()] == [FOREIGN]


@pytest.mark.parametrize(
    "main",
    [
        *(corpus.main, score_corpus.main, fetch.main, benchmark_sets.main),
        *(sample_audio.main, pseudo_labels.main, held_out.main),
        pictures.main,
    ],
    ids=lambda main: main.__module__,
)
def test_an_empty_place_is_not_the_current_folder(
    main: Callable[[Sequence[str]], int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as ended:
        main(["", ""])

    assert ended.value.code == 2
    assert "it is empty" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_set_keeps_foreign_tables(tmp_path: Path) -> None:
    table = made(tmp_path / "lmms" / "set.csv")

    assert benchmark_sets.main([str(tmp_path), "--only", "lmms"]) == 1
    assert table.read_text() == FOREIGN


def test_samples_are_not_written_over_songs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_audio, "require_tools", lambda: None)
    song = made(tmp_path / sample_audio.CLIPS[0].file)

    assert sample_audio.main([str(tmp_path)]) == 2
    assert [each.read_text() for each in tmp_path.iterdir()] == [FOREIGN]
    song.unlink()
    song.symlink_to(made(tmp_path / "song"))
    assert sample_audio.main([str(tmp_path), "--overwrite"]) == 2
    assert song.read_text() == FOREIGN


def test_sets_and_pictures_keep_what_is_there(tmp_path: Path) -> None:
    from pacetag.model.spec import FeatureSpec

    key = made(tmp_path / "key.csv")
    assert write_sets([], tmp_path) == {}

    with pytest.raises(OutputError, match="--overwrite"):
        draw_pictures([], tmp_path, tmp_path, FeatureSpec())

    assert key.read_text() == FOREIGN


def test_labels_are_written_into_labels_files_only(tmp_path: Path) -> None:
    for content in (FOREIGN.encode(), b"\xff\xfb\x90\x00", b"file,paces\na,1\n"):
        place = tmp_path / "x.csv"
        place.write_bytes(content)

        assert pseudo_labels.main([str(tmp_path), "--labels", str(place)]) == 2
        assert place.read_bytes() == content
