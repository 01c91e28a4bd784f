"""The containers that FFmpeg may open: all that hold their own sound."""

from pacetag.model.audio.source import Source

# Names of FFmpeg's demuxers. Lists, playlists, manifests, patterns of names, session descriptions
# and index files are not among them: FFmpeg opens what those name before it says what they are.
SONG_FORMATS = frozenset(
    {"aac", "ac3", "ac4", "aiff", "amr", "amrnb", "amrwb", "ape", "asf", "asf_o", "au", "avi"}
    | {"bonk", "caf", "dsf", "dts", "dtshd", "eac3", "flac", "flv", "iff", "ircam", "loas"}
    | {"matroska", "mlp", "mov", "mp3", "mpc", "mpc8", "mpeg", "mpegts", "nistsphere", "nut"}
    | {"ogg", "oma", "osq", "paf", "pvf", "qcp", "qoa", "rka", "rm", "shn", "sox", "tak"}
    | {"truehd", "tta", "voc", "w64", "wav", "wavarc", "wsd", "wv", "wve", "xwma"}
)
# A whitelist is looked at before the demuxer begins. No protocol is needed: FFmpeg reads the open
# file that it is given, and whatever else it would open is refused.
OPTIONS = {"format_whitelist": ",".join(sorted(SONG_FORMATS)), "protocol_whitelist": "none"}
# How text begins that names other files.
_LISTS = (b"ffconcat", b"#EXTM3U", b"[playlist]", b"v=0", b"# VobSub", b"<?xml", b"<MPD", b"<smil")


def refusal(source: Source) -> str:
    """Why a file is no song whose kind FFmpeg knows, but may not open."""
    source.seek(0)
    is_list = source.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_LISTS)
    return "it is a list of other files" if is_list else "there is no audio in it"
