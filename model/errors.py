"""What can go wrong while a song is judged, each with a sentence for a person."""

from pathlib import Path


class ModelError(Exception):
    """Anything that the model cannot do."""


class DecodeError(ModelError):
    """The file could not be turned into samples."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot decode audio: {reason}")
        self.path, self.reason = path, reason

    def __reduce__(self) -> tuple[type["DecodeError"], tuple[Path, str]]:
        """Cross process borders whole: Exception alone would forget the second argument."""
        return type(self), (self.path, self.reason)


class ReadError(DecodeError):
    """The system did not let the file be read; the file itself may be whole."""

    def __init__(self, path: Path, reason: str) -> None:
        ModelError.__init__(self, f"{path}: cannot be read: {reason}")
        self.path, self.reason = path, reason


class TooShortError(ModelError):
    """The file holds too little sound to hear a tempo in."""

    def __init__(self, path: Path, seconds: float, minimum: float) -> None:
        super().__init__(f"{path}: {seconds:.1f} s long; at least {minimum:.0f} s are needed")
        self.path, self.seconds, self.minimum = path, seconds, minimum

    def __reduce__(self) -> tuple[type["TooShortError"], tuple[Path, float, float]]:
        """Cross process borders whole, as DecodeError does."""
        return type(self), (self.path, self.seconds, self.minimum)


class BundleError(ModelError):
    """The trained network on disk cannot be used."""
