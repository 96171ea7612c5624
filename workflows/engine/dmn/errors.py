"""What is wrong with a decision file, said so that its author finds the cell."""


class DmnError(Exception):
    """A file that is no decision we can run, or a decision that asked for too much.

    `line` is the line of the XML file; `rule` (from 1) and `column` (its label) are set when a cell is at
    fault.
    """

    def __init__(
        self,
        message_ja: str,
        *,
        line: int | None = None,
        decision: str | None = None,
        rule: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message_ja)
        self.message_ja = message_ja
        self.line = line
        self.decision = decision
        self.rule = rule
        self.column = column

    def __str__(self) -> str:
        places = [
            f"決定「{self.decision}」" if self.decision else "",
            f"規則{self.rule}" if self.rule else "",
            f"列「{self.column}」" if self.column else "",
        ]
        where = " ".join(place for place in places if place)
        return f"{where}: {self.message_ja}" if where else self.message_ja
