"""How words are handed to shells, so that each inserts them as one word.

typer's own answers lose spaces in bash and apostrophes in zsh, which many artists have. They are
extended here by classes that typer does not export; where it has moved them, its own stay in use.
"""

import sys
from contextlib import suppress
from typing import Any

from pacetag.tagger.config.environment import variable

_OF_BASH = frozenset(" \t\n!\"#$&'()*;<>?[\\]^`{|}~")  # signs that bash takes for its own
_QUOTES = ("'", '"')


def use_whole_words() -> None:
    """Have typer answer shells by the classes of this module."""
    with suppress(ImportError, AttributeError, KeyError):
        from typer import _completion_classes as classes

        # Where this lies depends on whether typer brings its own click.
        home = sys.modules[classes.BashComplete.__mro__[1].__module__]
        register: Any = vars(home)["add_completion_class"]

        class Bash(classes.BashComplete):
            """Answers bash: words with backslashes where they need them."""

            def format_completion(self, item: Any) -> str:
                """Return a word as bash inserts it, unless a quote is open."""
                return item.value if _is_quoted() else bash_word(item.value)

        class Zsh(classes.ZshComplete):
            """Answers zsh: words without a description are handed over as they are."""

            def complete(self) -> str:
                """Return the command that offers what was asked for."""
                found = self.get_completions(*self.get_completion_args())
                if not found or any(item.help for item in found):
                    return str(super().complete())
                return " ".join(["compadd", "--", *(zsh_word(item.value) for item in found)])

        register(Bash, "bash")
        register(Zsh, "zsh")


def why_not_installed(error: OSError | UnicodeError) -> str:
    """Return a sentence on why typer could not put its script into the shell's files."""
    why = "a start-up file of the shell is no text in UTF-8"
    if isinstance(error, OSError):
        why = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return (
        f"completion cannot be installed ({why}); `pacetag --show-completion` prints the script, "
        "which your shell can read from a file of yours"
    )


def bash_word(text: str) -> str:
    """Return a word with a backslash before each sign that bash takes for its own."""
    return "".join(f"\\{sign}" if sign in _OF_BASH else sign for sign in text)


def zsh_word(text: str) -> str:
    """Return a word without any space in it, since typer's script for zsh parts at spaces."""
    plain = text.replace("\\", "\\\\").replace("'", "\\'").replace(" ", "\\x20")
    return f"$'{plain}'"


def _is_quoted() -> bool:
    """Whether the word that bash completes begins with a quote, to which bash adds its end."""
    with suppress(ValueError, IndexError):
        words = (variable("COMP_WORDS") or "").split("\n")
        return words[int(variable("COMP_CWORD") or "")].startswith(_QUOTES)
    return False
