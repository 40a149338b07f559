"""Records of a table as cells in the canonical order of their columns, whatever the order in the file."""

from __future__ import annotations

from collections.abc import Callable

from ledger.intake.cells import EMPTY, Cell, cell_reader
from ledger.intake.files import PackFile, Record
from ledger.intake.headers import COLUMNS, Column, heading_key, locate_columns


class RecordReader:
    """Reads the records of one file. Raises PackError for a header that does not fit the kind of file."""

    def __init__(self, file: PackFile, header: list[str]) -> None:
        self.kind = file.kind
        self.columns: tuple[Column, ...] = COLUMNS[file.kind]
        chosen = dict(file.headings)
        places = locate_columns(file.name, file.kind, header, chosen)
        # Cohorts, days, hours recur on nearly every line: each text of a column is read once and remembered.
        self._lanes: list[tuple[int | None, dict[str, Cell], Callable[[str], Cell]]] = [
            (place, {}, cell_reader(column)) for place, column in zip(places, self.columns, strict=True)
        ]
        self._width = len(header)
        passed_over = {at for at, title in enumerate(header) if chosen.get(heading_key(title)) == ""}
        self._untitled = [at for at in range(self._width) if at not in places and at not in passed_over]

    def read(self, record: Record) -> list[Cell]:
        """The cells of a record; a column that the file or the record lacks is empty."""
        raw = record.cells
        cells: list[Cell] = []
        for place, seen, reader in self._lanes:
            if place is None or place >= len(raw):
                cells.append(EMPTY)
                continue
            text = raw[place]
            cell = seen.get(text)
            if cell is None:
                cell = seen[text] = reader(text)
            cells.append(cell)
        return cells

    def has_untitled_cell(self, record: Record) -> bool:
        """Whether a cell stands where the header has no column: most often a comma in a value without quotes."""
        if not self._untitled and len(record.cells) <= self._width:
            return False
        untitled = [record.cells[at] for at in self._untitled if at < len(record.cells)]
        return any(cell and not cell.isspace() for cell in [*untitled, *record.cells[self._width :]])
