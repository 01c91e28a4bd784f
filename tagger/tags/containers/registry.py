"""The registry of containers: one row for each, with all that is special about it.

To add a container, add a row here and a module with the functions that the row names, in the form
`module:function`. They are imported when the first file of the kind turns up: a walk over folders,
which needs the suffixes alone, loads neither them nor mutagen.
"""

from dataclasses import replace

from pacetag.tagger.tags.containers.container import Container, Magic

_HERE = "pacetag.tagger.tags.containers"
_ABRIDGED = "pacetag.tagger.tags.abridged"
_OLDER_THAN_APE = f"{_HERE}.older:older_than_apev2"
ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")  # a GUID


def _magic(*starts: bytes, place: int = 0) -> tuple[Magic, ...]:
    return tuple(Magic(place=place, what=start) for start in starts)


FLAC = Container(
    name="FLAC",
    family="vorbis",
    kind="mutagen.flac:FLAC",
    suffixes=("flac",),
    magic=_magic(b"fLaC"),
    behind_id3=True,
    layout=f"{_HERE}.flac.layout:FlacLayout.load",
    older=f"{_HERE}.older:older_than_comments",
    shorter=f"{_ABRIDGED}.flac:shorter_flac",
    sound=f"{_HERE}.flac.layout:sound_of_flac",
)
VORBIS = Container(
    name="Ogg Vorbis",
    family="vorbis",
    kind="mutagen.oggvorbis:OggVorbis",
    suffixes=("oga", "ogg"),
    rare=("ogv", "ogx"),
    magic=_magic(b"OggS"),
    stream=b"\x01vorbis",
    opener=f"{_HERE}.ogg.stream:open_vorbis",
    layout=f"{_HERE}.ogg.layout:OggLayout.load",
    check=f"{_HERE}.ogg.pages:check_order",  # the first write mostly moves pages
    shorter=f"{_ABRIDGED}.ogg:shorter_ogg",
    sound=f"{_HERE}.ogg.pages:sound_of_ogg",
)
OPUS = replace(
    VORBIS,
    name="Opus",
    kind="mutagen.oggopus:OggOpus",
    suffixes=("opus",),
    rare=(),
    stream=b"OpusHead",
    opener="",
)
SPEEX = replace(
    OPUS, name="Speex", kind="mutagen.oggspeex:OggSpeex", suffixes=("spx",), stream=b"Speex   "
)
OGG_FLAC = replace(
    OPUS, name="Ogg FLAC", kind="mutagen.oggflac:OggFLAC", suffixes=(), stream=b"\x7fFLAC"
)
MP4 = Container(
    name="MP4",
    family="mp4",
    kind="mutagen.mp4:MP4",
    suffixes=("m4a",),
    rare=("m4b", "m4r", "mp4", "m4v", "3gp", "3g2", "f4a", "f4b", "alac"),
    # What the first atom of a file may be; files without ftyp are older than MP4.
    magic=_magic(b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", place=4),
    layout=f"{_HERE}.mp4.layout:Mp4Layout.load",
    older=f"{_HERE}.mp4.texts:texts_beside_itunes",
    shorter=f"{_ABRIDGED}.mp4:shorter_mp4",
    sound=f"{_HERE}.mp4.atoms:sound_of_mp4",
)
WAVE = Container(
    name="WAV",
    family="id3",
    kind="mutagen.wave:WAVE",
    suffixes=("wav", "wave"),
    rare=("bwf", "rf64"),
    magic=_magic(b"WAVE", place=8),
    layout=f"{_HERE}.iff:IffLayout.load_wave",
    older=f"{_HERE}.iff:older_than_id3_chunk",
    shorter=f"{_ABRIDGED}.id3:shorter_iff",
    sound=f"{_HERE}.iff:sound_of_iff",
)
AIFF = replace(
    WAVE,
    name="AIFF",
    kind="mutagen.aiff:AIFF",
    suffixes=("aif", "aifc", "aiff"),
    rare=(),
    magic=_magic(b"AIFF", b"AIFC", place=8),
    layout=f"{_HERE}.iff:IffLayout.load_aiff",
)
DSF = Container(
    name="DSF",
    family="id3",
    kind="mutagen.dsf:DSF",
    suffixes=("dsf",),
    magic=_magic(b"DSD "),
    layout=f"{_HERE}.dsf:DsfLayout.load",
    shorter=f"{_ABRIDGED}.id3:shorter_dsf",
    sound=f"{_HERE}.dsf:sound_of_dsf",
)
MONKEYS_AUDIO = Container(
    name="Monkey's Audio",
    family="apev2",
    kind="mutagen.monkeysaudio:MonkeysAudio",
    suffixes=("ape",),
    magic=_magic(b"MAC "),
    behind_id3=True,
    opener=f"{_HERE}.apev2.files:open_ape",
    layout=f"{_HERE}.apev2.layout:ApeLayout.load",
    older=_OLDER_THAN_APE,
)
WAVPACK = replace(
    MONKEYS_AUDIO,
    name="WavPack",
    kind="mutagen.wavpack:WavPack",
    suffixes=("wv",),
    magic=_magic(b"wvpk"),
    layout=f"{_HERE}.apev2.layout:ApeLayout.load_wavpack",
)
MUSEPACK = replace(
    MONKEYS_AUDIO,
    name="Musepack",
    kind="mutagen.musepack:Musepack",
    suffixes=("mp+", "mpc"),
    magic=_magic(b"MPCK", b"MP+"),
    opener=f"{_HERE}.apev2.files:open_musepack",
    layout=f"{_HERE}.apev2.layout:ApeLayout.load_musepack",
)
OTHER_APE = Container(
    name="another kind with an APEv2 tag",
    family="apev2",
    kind="mutagen.apev2:APEv2File",
    rare=("tak",),
    only_read="pacetag cannot tell a whole file from one that is cut off",
    older=_OLDER_THAN_APE,
)
ASF = Container(
    name="WMA",
    family="asf",
    kind="mutagen.asf:ASF",
    suffixes=("wma",),
    rare=("asf",),
    magic=_magic(ASF_HEADER),
    opener=f"{_HERE}.asf.invalid_texts:open_asf",
    layout=f"{_HERE}.asf.layout:AsfLayout.load",
    shorter=f"{_ABRIDGED}.asf:shorter_asf",
    sound=f"{_HERE}.asf.objects:sound_of_asf",
)
MATROSKA = Container(
    name="Matroska",
    kind=f"{_HERE}.matroska:Matroska",
    suffixes=("mka",),
    rare=("mkv", "webm", "weba"),
    magic=_magic(b"\x1a\x45\xdf\xa3"),
    only_read="mutagen does not know it, so no write could be verified by a second reader",
)
CORE_AUDIO = Container(
    name="CAF",
    kind=f"{_HERE}.caf:CoreAudio",
    suffixes=("caf",),
    magic=_magic(b"caff"),
    only_read="mutagen does not know it, so no write could be verified by a second reader",
)
ADTS = Container(
    name="AAC",
    kind="mutagen.aac:AAC",
    suffixes=("aac",),
    rare=("adts",),
    # mutagen takes it for MP3 behind an ID3 tag; but no frame of MP3 has layer 0.
    magic=(Magic(what=b"\xff\xf0", mask=b"\xff\xf6"),),
    behind_id3=True,
    only_read="mutagen, and what builds on it, takes it for a damaged MP3 behind an ID3 tag",
    older=f"{_HERE}.older:older_than_comments",
)
MPEG = Container(
    name="MP3",
    family="id3",
    kind="mutagen.mp3:MP3",
    suffixes=("mp2", "mp3"),
    rare=("mp1", "mpa", "mpga"),
    layout=f"{_HERE}.id3.layout:Id3Layout.load",
    older=f"{_HERE}.older:older_than_id3",
)
TRUE_AUDIO = replace(
    MPEG,
    name="True Audio",
    kind="mutagen.trueaudio:TrueAudio",
    suffixes=("tta",),
    rare=(),
    layout=f"{_HERE}.id3.layout:Id3Layout.load_tta",
)

CONTAINERS = (
    *(FLAC, VORBIS, OPUS, SPEEX, OGG_FLAC, MP4, WAVE, AIFF, DSF, MONKEYS_AUDIO, WAVPACK, MUSEPACK),
    *(OTHER_APE, ASF, MATROSKA, CORE_AUDIO, ADTS, TRUE_AUDIO, MPEG),
)
# Containers without a row: their sound can be judged, and their tags are not read.
_WITHOUT_TAGS = frozenset(
    {"ac3", "eac3", "ec3", "dts", "dtshd", "mlp", "thd", "amr", "awb", "au", "snd", "voc", "w64"}
    | {"dff", "oma", "aa3", "ra", "rm", "rmvb", "shn", "qcp"}
)
AUDIO_SUFFIXES = frozenset(suffix for each in CONTAINERS for suffix in each.suffixes)
RARE_SUFFIXES = _WITHOUT_TAGS.union(*(each.rare for each in CONTAINERS))
_BY_KIND = {each.kind: each for each in CONTAINERS}


def by_magic(head: bytes) -> Container | None:
    """The row of a file with these first 16 bytes, which for Ogg do not tell which of its rows."""
    return next((each for each in CONTAINERS if each.is_in(head)), None)


def by_stream(first: bytes) -> Container | None:
    """The row of an Ogg file whose first stream of sound begins with this packet."""
    return next((c for c in CONTAINERS if c.stream and first.startswith(c.stream)), None)


def by_kind(kind: type) -> Container | None:
    """The row of a file that was read with this class; None if there is none."""
    names = (f"{each.__module__}:{each.__qualname__}" for each in kind.__mro__)
    return next((_BY_KIND[name] for name in names if name in _BY_KIND), None)
