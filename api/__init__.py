"""The served ledger: pages, JSON and the published log. Thin: it translates, calls the ledger, and renders."""
