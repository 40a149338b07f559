"""Records of a table as cells in the canonical order of their columns, whatever the order in the file."""

from __future__ import annotations

from ledger.intake.cells import EMPTY, Cell, cell_reader
from ledger.intake.files import PackFile, Record
from ledger.intake.headers import COLUMNS, Column, locate_columns


class RecordReader:
    """Reads the records of one file. Raises PackError for a header that does not fit the kind of file."""

    def __init__(self, file: PackFile, header: list[str]) -> None:
        self.kind = file.kind
        self.columns: tuple[Column, ...] = COLUMNS[file.kind]
        self._places = locate_columns(file.name, file.kind, header)
        self._readers = [cell_reader(column) for column in self.columns]
        # Cohorts, days, hours recur on nearly every line: each text of a column is read once.
        self._seen: list[dict[str, Cell]] = [{} for _ in self.columns]
        self._width = len(header)
        self._untitled = [at for at in range(self._width) if at not in self._places]

    def read(self, record: Record) -> list[Cell]:
        """The cells of a record; a column that the file or the record lacks is empty."""
        raw = record.cells
        cells: list[Cell] = []
        for place, seen, reader in zip(self._places, self._seen, self._readers, strict=True):
            if place is None or place >= len(raw):
                cells.append(EMPTY)
                continue
            cell = seen.get(raw[place])
            if cell is None:
                cell = seen[raw[place]] = reader(raw[place])
            cells.append(cell)
        return cells

    def has_untitled_cell(self, record: Record) -> bool:
        """Whether a cell stands where the header has no column: most often a comma in a value without quotes."""
        untitled = [record.cells[at] for at in self._untitled if at < len(record.cells)]
        return any(cell and not cell.isspace() for cell in [*untitled, *record.cells[self._width :]])
