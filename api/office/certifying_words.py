"""Why an enrolment passes or does not, in words with the numbers, in every language."""

from __future__ import annotations

from api.languages import Words
from api.office import training_words
from api.office.numbers import plain
from ledger.office.previewing import Preview
from verifier.dossier import Enrolment
from verifier.rules import Certified, Programme


def reasons(found: Preview, enrolment: Enrolment, programme: Programme) -> list[Words]:
    """The rule that fails, with every place where it does; the total of who passes (DOMAIN.md, Certification)."""
    outcome = found.outcome
    if isinstance(outcome, Certified):
        return [training_words.total(plain(outcome.total))]
    match outcome.reason:
        case "withdrawn":
            return [training_words.withdrew(str(enrolment.withdrawn_on))]
        case "attendance":
            short = [item for item in found.hours if not item.enough]
            return [training_words.attended(item.module, plain(item.attended), plain(item.needed)) for item in short]
        case "assessment-missing":
            return [training_words.without_result(item.assessment) for item in found.best if item.score is None]
        case "assessment-failed":
            return [
                training_words.below(item.assessment, plain(item.score), plain(item.pass_mark))
                for item in found.best
                if item.score is not None and not item.passed
            ]
        case "total-below-pass":
            return [training_words.total_below(str(outcome.total), plain(programme.total_pass))]
