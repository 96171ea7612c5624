"""Text to tokens: plain words and signs; which words form a name is the parser's business (feel.md, 2)."""

import re
import unicodedata
from bisect import bisect_right
from typing import Literal, NamedTuple, cast

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelError, FeelLimitError, Place

Kind = Literal["number", "string", "word", "sign", "odd", "end"]

# A word may go on with 中点, separate voiced marks, joiners and variation selectors: 氏名・住所, 辻󠄀; beyond
# the first plane (𠮷, pictures) every character is part of one.
_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<word>(?:[^\W\d]|[\U00010000-\U000EFFFF])
          (?:[\w・\u200C\u200D\u3099\u309A\uFE00-\uFE0F]|[\U00010000-\U000EFFFF])*)
      | (?P<sign>\.\.\.|\.\.|\*\*|<=|>=|!=|==|[-+*/<>=()\[\]{},.:?@])
      | (?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(["\'\\nrt])|(.))', re.DOTALL)
_PLAIN = {'"': '"', "'": "'", "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}

# What people type instead of the sign of the language. Full-width forms are found by NFKC.
_MEANT = {
    "≧": ">=",
    "≦": "<=",
    "≠": "!=",
    "×": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "—": "-",
    "‐": "-",
    "〜": "..",
    "～": "..",
    "“": '"',
    "”": '"',
    "「": '"',
    "」": '"',
    "『": '"',
    "』": '"',
    "'": '"',
    "’": '"',
    "‘": '"',
    "、": ",",
    "。": ".",
    "【": "[",
    "】": "]",
    "%": "modulo(…)",
    "&": "and",
    "|": "or",
    "!": "not(…)",
    "^": "**",
}


class Token(NamedTuple):
    kind: Kind
    text: str
    place: Place
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """All tokens of the text, the last one of kind "end"."""
    if len(text) > limits.CHARACTERS:
        raise FeelLimitError(f"式が{limits.CHARACTERS}文字を超えています。分けてください。", 1, 1)
    starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(offset: int) -> Place:
        line = bisect_right(starts, offset)
        return Place(line, offset - starts[line - 1] + 1)

    tokens = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind == "space":
            continue
        where = place(found.start())
        if kind == "odd" and found.group() == '"':
            raise FeelError('文字列が閉じていません。終わりに " を付けてください。', *where)
        tokens.append(Token(cast("Kind", kind), found.group(), where, found.start(), found.end()))
    tokens.append(Token("end", "", place(len(text)), len(text), len(text)))
    return tokens


def string_value(token: Token, *, lenient: bool = False) -> str:
    """The characters of a string token, escapes resolved; a lenient reader leaves unknown ones alone."""

    def resolve(found: re.Match[str]) -> str:
        short, long, plain, wrong = found.groups()
        if wrong is not None and lenient:
            return found.group()
        if wrong is not None:
            raise FeelError(
                f"文字列の中の「\\{wrong}」は使えません。\\ そのものは \\\\ と書きます。", *token.place
            )
        if plain is not None:
            return _PLAIN[plain]
        code = int(short or long, 16)
        if code > 0x10FFFF:
            raise FeelError("文字列の中の \\U の番号に当たる文字はありません。", *token.place)
        return chr(code)

    value = _ESCAPE.sub(resolve, token.text[1:-1])
    try:  # \uD83D\uDC0E is one character; half a pair is none, and no database would keep it
        return value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise FeelError("文字列の中の \\u の番号が文字になりません。", *token.place) from error


def meant_instead(token: Token) -> str | None:
    """The sign of the language that was probably meant by a character it does not have."""
    if token.text in _MEANT:
        return _MEANT[token.text]
    plain = unicodedata.normalize("NFKC", token.text)
    return plain if plain != token.text and plain.isascii() else None
