"""The figures of an assessment, kept by name as they are computed."""

from typing import Final

import numpy as np

from rules.premium.amounts import Column

_COLUMNS: Final = 64  # on a sheet, of the length of the first


class Figures(dict[str, Column]):
    """Columns of whole numbers by name, written one after the other on a sheet of memory.

    For a city that is one large piece, which the system gives in large pages: to ask for a small piece for
    each figure costs as much as all the arithmetic. Whoever keeps a single column for long copies it, for it
    holds the sheet.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sheet = np.empty(0, dtype=np.int64)

    def room(self, name: str, rows: int) -> Column:
        """The column of that name, to be filled; its place is taken when it is first asked for."""
        if name not in self:
            if len(self._sheet) < rows:
                self._sheet = np.empty(_COLUMNS * rows, dtype=np.int64)
            self[name], self._sheet = self._sheet[:rows], self._sheet[rows:]
        return self[name]

    def keep(self, name: str, column: Column) -> Column:
        """Keep a column under its name; what is returned is the kept one."""
        kept = self.room(name, len(column))
        kept[:] = column
        return kept
