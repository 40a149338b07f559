"""Intake of packs: from the files of an office to typed rows in the order in which they take effect."""
