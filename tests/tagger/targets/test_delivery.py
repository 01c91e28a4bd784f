"""Copying to a target: only what changed, and nothing that is its owner's is touched."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from pacetag.tagger.errors import TaggerError
from pacetag.tagger.library.walk import walk
from pacetag.tagger.stretching.sound import read_sound
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.targets import folder as folder_module
from tests.tagger.targets.conftest import Bring, Song, shown

LIST = ".pacetag-target.json"


def test_songs_are_copied_byte_for_byte_with_a_playlist_beside_them(
    track: Song, bring: Bring, player: Path
) -> None:
    tracks = track("a.mp3", title="Hill"), track("b.ogg", title="Dale", artist=None)

    done = bring(*tracks, playlist="run.m3u8")

    assert (done.copied, done.failed) == (["Legs - Hill.mp3", "Dale.ogg"], [])
    assert shown(player) == ["Dale.ogg", "Legs - Hill.mp3", "run.m3u8"]
    for one, name in zip(tracks, done.copied, strict=True):
        assert (player / name).read_bytes() == Path(one.song.path).read_bytes()
    lines = (player / "run.m3u8").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line[0] != "#"] == ["Legs - Hill.mp3", "Dale.ogg"]


def test_what_is_there_is_not_copied_again_and_a_changed_song_is(
    track: Song, bring: Bring, player: Path
) -> None:
    one, other = track("a.mp3"), track("b.mp3")
    bring(one, other, playlist="run.m3u8")
    before = {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in player.iterdir()}

    again = bring(one, other, playlist="run.m3u8")

    assert (again.copied, len(again.plan.keep)) == ([], 2)
    now = {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in player.iterdir()}
    assert now == before
    retagged = Path(one.song.path).read_bytes() + b"TAG" + bytes(125)
    Path(one.song.path).write_bytes(retagged)
    assert bring(one, other).copied == ["Legs - a.mp3"]
    assert (player / "Legs - a.mp3").read_bytes() == retagged
    assert shown(player) == ["Legs - a.mp3", "Legs - b.mp3", "run.m3u8"]


def test_without_clean_earlier_songs_stay_and_with_it_only_those_of_pacetag_go(
    track: Song, bring: Bring, player: Path
) -> None:
    one, other = track("a.mp3"), track("b.mp3")
    (player / "mine.mp3").write_bytes(b"mine")
    bring(one, playlist="old.m3u8")

    bring(other)
    assert shown(player) == ["Legs - a.mp3", "Legs - b.mp3", "mine.mp3", "old.m3u8"]

    done = bring(other, clean=True, playlist="new.m3u8")
    assert sorted(done.plan.remove) == ["Legs - a.mp3", "old.m3u8"]
    assert shown(player) == ["Legs - b.mp3", "mine.mp3", "new.m3u8"]


@pytest.mark.parametrize("same_time", [False, True])
def test_a_file_that_its_owner_changed_is_theirs(
    track: Song, bring: Bring, player: Path, same_time: bool
) -> None:
    one, other = track("a.mp3"), track("b.mp3")
    bring(one)
    copied = player / "Legs - a.mp3"
    status, content = copied.stat(), bytearray(copied.read_bytes())
    content[-1] ^= 1  # as a tag editor that writes in place, and may keep the time
    copied.write_bytes(content)
    os.utime(copied, ns=(0, status.st_mtime_ns if same_time else 10**18))

    bring(other, clean=True)

    assert copied.read_bytes() == content
    if not same_time:
        bring(one)
        assert copied.read_bytes() == content
        assert (player / "Legs - a (2).mp3").read_bytes() == Path(one.song.path).read_bytes()


def test_names_that_are_taken_are_not_replaced(track: Song, bring: Bring, player: Path) -> None:
    (player / "LEGS - A.MP3").write_bytes(b"mine")
    (player / "Legs - b.mp3").symlink_to(player / "LEGS - A.MP3")
    (player / "run.m3u8").write_text("mine")

    done = bring(track("a.mp3"), track("b.mp3"), playlist="run.m3u8")

    assert done.copied == ["Legs - a (2).mp3", "Legs - b (2).mp3"]
    assert (player / "LEGS - A.MP3").read_bytes() == b"mine"
    assert (player / "run.m3u8").read_text() == "mine"
    ((path, why),) = done.failed
    assert path == str(player / "run.m3u8")
    assert "`playlist` in [target.watch]" in why


def test_numbered_files_are_renamed_and_not_copied_again(
    track: Song, bring: Bring, player: Path
) -> None:
    tracks = [track(f"{name}.mp3") for name in "abcd"]
    bring(*tracks, numbered=True)
    inodes = {path.stat().st_ino for path in player.glob("*.mp3")}
    turned = [tracks[place] for place in (1, 0, 3, 2)]

    done = bring(*turned, numbered=True)

    assert (done.copied, len(done.plan.rename)) == ([], 4)
    names = ["01 Legs - b.mp3", "02 Legs - a.mp3", "03 Legs - d.mp3", "04 Legs - c.mp3"]
    assert shown(player) == names
    assert {path.stat().st_ino for path in player.glob("*.mp3")} == inodes
    for name, one in zip(names, turned, strict=True):
        assert (player / name).read_bytes() == Path(one.song.path).read_bytes()


def test_songs_of_one_name_that_change_places_are_renamed_in_a_circle(
    track: Song, bring: Bring, player: Path
) -> None:
    tracks = [track(f"{number}.mp3", title="Hill") for number in (1, 2, 3)]
    bring(*tracks)
    turned = [tracks[1], tracks[2], tracks[0]]

    done = bring(*turned)

    assert (done.copied, len(done.plan.rename), done.failed) == ([], 3, [])
    names = ("Legs - Hill.mp3", "Legs - Hill (2).mp3", "Legs - Hill (3).mp3")
    for one, name in zip(turned, names, strict=True):
        assert (player / name).read_bytes() == Path(one.song.path).read_bytes()
    assert len(bring(*turned).plan.keep) == 3


def test_a_song_that_comes_twice_is_copied_once_and_listed_twice(
    track: Song, bring: Bring, player: Path
) -> None:
    one = track("a.mp3")

    bring(one, replace(one, begins=0.1, is_cut=True, play=0.2), playlist="run.m3u8")

    assert shown(player) == ["Legs - a.mp3", "run.m3u8"]
    lines = (player / "run.m3u8").read_text().splitlines()
    assert lines.count("Legs - a.mp3") == 2
    assert "#EXTVLCOPT:start-time=0.1" in lines


def test_what_fits_into_max_size_is_copied_in_the_order_of_the_playlist(
    track: Song, bring: Bring, player: Path
) -> None:
    tracks = [track(f"{name}.mp3") for name in "abc"]
    sizes = [Path(one.song.path).stat().st_size for one in tracks]

    done = bring(*tracks, max_size=sum(sizes[:2]), clean=True)
    assert [item.song.path for item in done.plan.left_out] == [tracks[2].song.path]
    assert shown(player) == ["Legs - a.mp3", "Legs - b.mp3"]

    bring(*reversed(tracks), max_size=sum(sizes[1:]), clean=True)
    assert shown(player) == ["Legs - b.mp3", "Legs - c.mp3"]


def test_a_dry_run_touches_nothing(track: Song, bring: Bring, player: Path) -> None:
    (player / "old.txt").write_text("x")

    done = bring(track("a.mp3"), dry_run=True, playlist="run.m3u8")

    assert list(done.plan.put) == ["Legs - a.mp3"]
    assert [path.name for path in player.iterdir()] == ["old.txt"]


def test_a_song_that_is_gone_is_named_and_the_others_are_copied(
    track: Song, bring: Bring, player: Path
) -> None:
    one, other = track("a.mp3"), track("b.mp3")
    Path(one.song.path).unlink()

    done = bring(one, other, playlist="run.m3u8")

    assert done.copied == ["Legs - b.mp3"]
    assert done.failed == [(one.song.path, "No such file or directory")]
    assert "a.mp3" not in (player / "run.m3u8").read_text()


def test_songs_in_other_formats_are_encoded(track: Song, bring: Bring, player: Path) -> None:
    flac, mp3 = track("a.flac"), track("b.mp3")
    fingerprint = file_fingerprint(Path(flac.song.path))
    flac = replace(flac, song=replace(flac.song, fingerprint=fingerprint))

    done = bring(flac, mp3, format="mp3")

    assert (sorted(done.copied), done.failed) == (["Legs - a.mp3", "Legs - b.mp3"], [])
    assert (player / "Legs - b.mp3").read_bytes() == Path(mp3.song.path).read_bytes()
    assert abs(read_sound(player / "Legs - a.mp3").seconds - 0.5) < 0.1
    assert "factor=1.000000 format=mp3" in str(read_tags(player / "Legs - a.mp3").copy)
    assert bring(flac, mp3, format="mp3").copied == []


def test_songs_go_at_exactly_the_cadence(track: Song, bring: Bring, player: Path) -> None:
    near, off = track("near.flac"), track("off.flac")
    fingerprint = file_fingerprint(Path(off.song.path))
    off = replace(off, cadence=150.0, song=replace(off.song, fingerprint=fingerprint))

    done = bring(near, off, stretch="10%", playlist="run.m3u8")

    assert (done.copied, done.failed) == (["Legs - near.flac", "Legs - off.flac"], [])
    assert (player / "Legs - near.flac").read_bytes() == Path(near.song.path).read_bytes()
    assert abs(read_sound(player / "Legs - off.flac").seconds - 0.55) < 0.001
    assert f"factor={165 / 150:.6f}" in str(read_tags(player / "Legs - off.flac").copy)


def test_too_little_room_is_said_before_anything_is_copied_or_removed(
    track: Song, bring: Bring, player: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(track("a.mp3"))
    monkeypatch.setattr("pacetag.tagger.targets.delivery.free_bytes", lambda folder: 1000)

    with pytest.raises(TaggerError, match="too little room"):
        bring(track("b.mp3"), track("c.mp3"), clean=True)
    assert shown(player) == ["Legs - a.mp3"]


def test_a_player_that_is_not_there_is_said_and_no_folder_is_made(
    track: Song, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = tmp_path / "media" / "WATCH"

    with pytest.raises(TaggerError, match="connect the player of target `watch`"):
        bring(track("a.mp3"), path=absent)
    assert not absent.parent.exists()

    absent.mkdir(parents=True)  # a place in the system's table at which no disk is mounted
    table = tmp_path / "fstab"
    table.write_text(f"# x\nLABEL=W {tmp_path}/media/W\\101TCH vfat noauto 0 0\n")
    monkeypatch.setattr(folder_module, "FSTAB", table)
    with pytest.raises(TaggerError, match="nothing is mounted there"):
        bring(track("a.mp3"), path=absent)
    assert list(absent.iterdir()) == []


def test_a_list_that_cannot_be_read_ends_it_with_a_sentence(
    track: Song, bring: Bring, player: Path
) -> None:
    bring(track("a.mp3"))
    for text in ("{", "[]", '{"version": 1, "files": []}', '{"version": 2, "files": {}}'):
        (player / LIST).write_text(text)
        with pytest.raises(TaggerError, match="remove it to begin anew"):
            bring(track("b.mp3"))
    assert shown(player) == ["Legs - a.mp3"]


def test_a_list_leads_to_no_file_outside_the_folder(
    track: Song, bring: Bring, player: Path, tmp_path: Path
) -> None:
    bring(track("a.mp3"))
    value = json.loads((player / LIST).read_text())
    entry = value["files"]["Legs - a.mp3"]
    victim = tmp_path / "victim.mp3"
    (player / "Legs - a.mp3").rename(victim)
    (player / "link.mp3").symlink_to(victim)
    value["files"] = dict.fromkeys(["../victim.mp3", str(victim), "link.mp3", ".."], entry)
    (player / LIST).write_text(json.dumps(value))

    bring(track("b.mp3"), clean=True)

    assert victim.exists()
    assert (player / "link.mp3").is_symlink()


def test_two_at_once_do_not_mix(track: Song, bring: Bring) -> None:
    one = track("a.mp3")

    def again(name: str) -> None:
        with pytest.raises(TaggerError, match="another pacetag is copying there"):
            bring(one)

    assert bring(one, tell=again).copied == ["Legs - a.mp3"]


def test_a_scan_passes_over_a_target(track: Song, bring: Bring, player: Path) -> None:
    assert bring(track("a.mp3")).copied
    (player / "below").mkdir()
    (player / "below" / "b.mp3").write_bytes(b"x")

    assert list(walk([player])) == []
    assert [path.name for path in walk([player.parent])] == ["a.mp3"]  # the original
