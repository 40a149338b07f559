"""The ledger: decides, signs, stores, sequences, projects. What it signs, `verifier/` judges."""
