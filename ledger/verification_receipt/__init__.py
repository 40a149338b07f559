"""Verification receipts: a check of awards as it was made, with its evidence, signed, as a sealed PDF."""
