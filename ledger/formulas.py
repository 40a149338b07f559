"""Cells that no spreadsheet takes for a formula: as the verifier knows them (`verifier.formulas`)."""

from verifier.formulas import defused, is_formula

__all__ = ["defused", "is_formula"]
