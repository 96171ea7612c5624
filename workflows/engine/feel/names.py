"""Which words form a name: the longest known one by its sequence of tokens (feel.md, recommendation 2)."""

import difflib
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.lexer import Token, tokens_of

KEYWORDS = frozenset(
    {"if", "then", "else", "for", "in", "return", "some", "every", "satisfies"}
    | {"and", "or", "between", "instance", "function", "null", "true", "false"}
)


class NameTable:
    """Names by the texts of their tokens; `a-b` and `date and time` are names like any other."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self.names: set[str] = set()
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        try:
            texts = tuple(token.text for token in tokens_of(name)[:-1])
        except FeelError:
            return  # a key such as `say "hi` cannot be written as a name; get value() reaches it
        if texts:
            self.names.add(name)
            group = self._by_first.setdefault(texts[0], [])
            group.append((texts, name))
            group.sort(key=lambda entry: len(entry[0]), reverse=True)

    def longest(self, tokens: Sequence[Token], start: int) -> tuple[str, int] | None:
        """The longest known name that begins at this token, and how many tokens it takes."""
        for texts, name in self._by_first.get(tokens[start].text, ()):
            end = start + len(texts)
            if end < len(tokens) and all(
                token.text == text for token, text in zip(tokens[start:end], texts, strict=True)
            ):
                return name, len(texts)
        return None


def joined_words(tokens: Sequence[Token], start: int) -> tuple[str, int]:
    """Adjacent words and numbers as one name, up to a keyword: `x.first name and y` gives `first name`."""
    end = start + 1
    while tokens[end].kind in {"word", "number"} and tokens[end].text not in KEYWORDS:
        end += 1
    return " ".join(token.text for token in tokens[start:end]), end - start


def suggestion(name: str, known: Collection[str]) -> str:
    """A sentence that helps who mistyped a name; empty when nothing is near."""
    if name.startswith("not "):
        return "否定は not(…) と丸括弧を付けて書いてください。"
    plain = unicodedata.normalize("NFKC", name)
    if plain != name and (plain in known or plain in KEYWORDS):
        return f"半角の「{plain}」と書いてください。"
    near = difflib.get_close_matches(name, list(known)[:500], n=1)
    return f"「{near[0]}」のことでしょうか。" if near else ""
