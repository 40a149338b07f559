"""Time travel in the ledger itself: the live projections, folded in memory up to a point (ADR 45).

Nothing is folded here by a rule of its own: the register's and the public views' own `apply`, on tables in memory, and
the folds of the verifier. Values whose data key is destroyed stay away from every point of the past.
"""
