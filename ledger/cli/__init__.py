"""The `certledger` command: what an operator does at a terminal. Each command is a thin layer over the ledger."""
