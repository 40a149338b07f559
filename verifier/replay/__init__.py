"""Decision replay: every decision of a log decided again, by the rules in force on its day, on what the log held then.

    replayer = Replayer(disclosures)         # a `Disclosures`: `Nothing()`, `Held([...])`, an auditor's file
    for index, statement in enumerate(...):  # every entry, in order; `Statement` as `verifier.statement.parse` reads it
        replayer.take(index, statement)
    replayed = replayer.finish()             # `Replayed`: counts, differing, not_replayed, problems, notes, exit_code

An `Outcome` is one decision: its index, kind, stream, and a `Verdict`. `AGREES`; `DIFFERS`, with a `Difference` for
each rule that does not give what was recorded (`Difference.rule` is a key of `RULES`); `WITHHELD` or `ERASED` where it
could not be replayed, with the names of the inputs that would have been needed. Nothing is passed over in silence.
"""

from verifier.replay.inputs import NEEDED, Disclosures, Held, Nothing
from verifier.replay.outcomes import RULES, Counts, Difference, Outcome, Replayed, Verdict
from verifier.replay.replayer import DECISIONS, Replayer

__all__ = [
    "DECISIONS",
    "NEEDED",
    "RULES",
    "Counts",
    "Difference",
    "Disclosures",
    "Held",
    "Nothing",
    "Outcome",
    "Replayed",
    "Replayer",
    "Verdict",
]
