"""The states that deciders decide on: those that an audit folds to decide again (`verifier.dossier`)."""

from verifier.dossier import (
    Application,
    Certificate,
    Dossier,
    Enrolment,
    Erased,
    Title,
    Trainee,
    evolve_application,
    evolve_trainee,
    shown,
)

__all__ = [
    "Application",
    "Certificate",
    "Dossier",
    "Enrolment",
    "Erased",
    "Title",
    "Trainee",
    "evolve_application",
    "evolve_trainee",
    "shown",
]
