"""Audit of a published log: every tile, root and list is made again from the entries and compared.

What can be asked of the log is what its public part shows; the rest stands there as hashes. A history that was
rewritten and signed again by the log's own keys is found only by comparison with a checkpoint that somebody kept.
"""

from verifier.audit.auditing import NO_EARLIER_CHECKPOINT, audit
from verifier.audit.report import Finding, Problem, Report

__all__ = ["NO_EARLIER_CHECKPOINT", "Finding", "Problem", "Report", "audit"]
