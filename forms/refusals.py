"""What is told of a field that is refused."""

from dataclasses import dataclass
from typing import Self

from forms.messages import texts


@dataclass(frozen=True)
class FieldError:
    """One refused field: where, which rule, and what, why, what now in both languages.

    `path` is written "persons.0.birth_date"; "" is the form as a whole. No text repeats what was typed.
    """

    path: str
    code: str
    message_ja: str
    message_en: str
    example: str = ""

    @classmethod
    def of(cls, path: str, code: str, example: str = "", **words: object) -> Self:
        """Build an error from the texts of its code."""
        japanese, english = texts(code, **words)
        return cls(path, code, japanese, english, example)

    def message(self, lang: str = "ja") -> str:
        """Return the whole message in a language, with an example of a right value where there is one."""
        text = self.message_ja if lang == "ja" else self.message_en
        if not self.example or self.example in text or "例:" in text:
            return text
        return f"{text}例:{self.example}" if lang == "ja" else f"{text} Example: {self.example}"
