"""Walking over the tokens of one text: look, take, expect; and say in Japanese what was not expected."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelError, FeelLimitError
from workflows.engine.feel.lexer import Token, meant_instead, tokens_of


class TokenReader:
    """A position in a text; it only moves forward."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def advance(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.index += 1
        return token

    def at(self, *texts: str) -> bool:
        return self.token.kind in {"sign", "word"} and self.token.text in texts

    def accept(self, text: str) -> bool:
        if self.at(text):
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        if not self.at(text):
            self.unexpected(f"「{text}」")
        return self.advance()

    def unexpected(self, wanted: str) -> NoReturn:
        token = self.token
        if token.kind == "end":
            raise FeelError(f"式が途中で終わっています。{wanted}が必要です。", *token.place)
        if token.kind == "odd" and (typed := self.odd_signs()):
            meant = "".join(meant_instead(sign) or "" for sign in typed)
            shown = "".join(sign.text for sign in typed)
            raise FeelError(f"「{shown}」は使えません。半角の「{meant}」と書いてください。", *token.place)
        if token.text == "==":
            raise FeelError("「==」は使えません。等しいことは「=」ひとつで書いてください。", *token.place)
        raise FeelError(f"「{token.text[:40]}」はここに置けません。{wanted}が必要です。", *token.place)

    def odd_signs(self) -> list[Token]:
        """The signs from here on that the language does not have, as far as we know what was meant."""
        end = self.index
        while self.tokens[end].kind == "odd" and meant_instead(self.tokens[end]):
            end += 1
        return self.tokens[self.index : end]

    def finish(self) -> None:
        if self.token.kind != "end":
            self.unexpected("演算子か式の終わり")

    @contextmanager
    def nested(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > limits.NESTING:
            raise FeelLimitError(
                f"式の入れ子が{limits.NESTING}段を超えています。分けてください。", *self.token.place
            )
        yield
        self.depth -= 1
