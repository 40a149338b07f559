"""The store on SQLite: one file for the log and what is private beside it, one for data keys."""
