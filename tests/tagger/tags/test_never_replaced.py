"""Songs are recognised by their content, not by their names."""

from pathlib import Path

from pacetag.tagger.files.never_replaced import SONG, content_never_replaced


def test_a_song_of_every_container_is_never_replaced(made: dict[str, Path]) -> None:
    for kind, song in made.items():
        with song.open("rb") as file:
            assert content_never_replaced(file) == SONG, kind


def test_junk_before_the_frames_of_an_mp3_hides_nothing(
    made: dict[str, Path], tmp_path: Path
) -> None:
    place = tmp_path / "notes"
    place.write_bytes(b"junk\xff" * 999 + made["mp3-bare"].read_bytes())
    with place.open("rb") as file:
        assert content_never_replaced(file) == SONG
