"""The served side: thin routes and pages over the ledger, and the published log."""
