"""The register as the console and the admin API read it: lists, searches, counts, pictures (ADR 31)."""
