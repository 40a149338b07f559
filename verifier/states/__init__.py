"""Time travel: what the public log said after some entry, by some moment, or says of some day (ADR 45).

Three questions that are easily taken for each other. After its first N entries, and by a moment, the log is what was
recorded until then: nothing that came later is known. On a business day it is all that the log says now, asked what was
in force that day: a revocation recorded today and dated last week counts from last week on.
"""
