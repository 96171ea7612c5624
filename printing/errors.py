"""Why a document is not printed. Every message says what, why and what now (architecture, section 9)."""

from collections.abc import Iterable


class PrintRefused(Exception):
    """The document cannot be printed as it stands; nothing was written.

    `code` is for programs, `message_ja` for the clerk, `reasons` the single points (never an Individual
    Number). Such a sheet goes to the "cannot print" list (letters-and-certificates, section 9).
    """

    def __init__(self, code: str, message_ja: str, reasons: Iterable[str] = ()) -> None:
        super().__init__(message_ja)
        self.code = code
        self.message_ja = message_ja
        self.reasons = tuple(reasons)


class ContentMissing(PrintRefused):
    """A ★ place, asked for by law or form, is empty (letters-and-certificates, section 9, check 1)."""

    def __init__(self, title_ja: str, labels: Iterable[str]) -> None:
        missing = tuple(labels)
        super().__init__(
            "print.content_missing",
            f"「{title_ja}」を印刷できません。必ず記載する項目が空です:{'、'.join(missing)}。"
            "登録内容を確かめて補ってから、もう一度印刷してください。",
            missing,
        )


class GlyphMissing(PrintRefused):
    """A character has no shape in the fonts for print; paper would show a box or a blank (Ruling 4)."""

    def __init__(self, person: str, field: str, character: str) -> None:
        points = " ".join(f"U+{ord(c):04X}" for c in character)
        shown = f"「{character}」({points})" if character.isprintable() else f"({points})"
        whose = f"{person}さんの" if person else ""
        super().__init__(
            "print.glyph_missing",
            f"{whose}{field}にある文字{shown}を印刷できません。印刷用の書体に字形がなく、"
            "そのまま印刷すると空白や四角になります。登録された文字を確かめ、正しい文字に直すか"
            "代わりの文字を登録してから、もう一度印刷してください。",
        )
        self.person = person
        self.field = field
        self.character = character
        self.code_point = points


class TextDoesNotFit(PrintRefused):
    """A text leaves its place on the sheet; it would be cut or run into its neighbour."""

    def __init__(self, title_ja: str, place: str) -> None:
        super().__init__(
            "print.does_not_fit",
            f"「{title_ja}」を印刷できません。{place}の文字が枠に入りきりません。"
            "印刷すると文字が切れるか重なるので止めました。文を短くするか、短い表記を登録してください。",
            (place,),
        )
        self.place = place


class TargetBusy(PrintRefused):
    """Another run writes the same file now; two would mix their sheets."""

    def __init__(self, place: str) -> None:
        super().__init__(
            "print.target_busy",
            f"同じ宛先に別の印刷が進んでいます({place})。終わるのを待つか、別の名前を指定してください。",
        )


class PartsNotOwn(PrintRefused):
    """Where the parts of a run go lies something that others can write to; sheets could be exchanged."""

    def __init__(self, place: str) -> None:
        super().__init__(
            "print.parts_not_own",
            f"途中の印刷を置く場所を使えません({place})。自分だけが読み書きできるフォルダーではありません。"
            "中を確かめて消すか、自分だけのフォルダーを宛先に指定してください。",
        )
