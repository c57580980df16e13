"""A driver says that something is wrong: a case at the operator's desk, once however often the button is tapped."""

import hashlib
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from chargers.choices import CaseFix, CaseKind
from chargers.models import Case, Evse, Transaction
from chargers.services.cases.desk import Found, case_open
from cpms.accounts.models import User
from cpms.core import clock

from ..choices import ProblemKind


@dataclass(frozen=True, slots=True)
class Problem:
    """What is said, by whom: a person who is signed in, or an address for the answer, or nobody."""

    what: ProblemKind
    text: str = ""
    person: User | None = None
    email: str = ""

    @property
    def by(self) -> str:
        """Whom to answer."""
        return self.person.email if self.person else self.email


def problem_report(evse: Evse, said: Problem, session: Transaction | None = None) -> Case:
    """The case of a problem; the same words of the same person on one day are one. Raises ValidationError."""
    text = " ".join(said.text.replace("\0", "").split())[:1000]
    if said.what == ProblemKind.OTHER and not text:
        raise ValidationError({"text": _("Say in a few words what is wrong.")})
    at = clock.now()
    key = hashlib.sha256(f"{said.by}|{evse.number}|{said.what}|{text}|{at.date()}".encode()).hexdigest()[:40]
    evidence = {
        "what": ProblemKind(said.what).label, "text": text, "by": said.by, "evse_no": evse.number,
        "person": said.person.public_id if said.person else "",
    }  # fmt: skip
    found = Found(CaseKind.DRIVER_REPORT, key, evidence, [{"fix": CaseFix.HANDLED}])
    return case_open(evse.station, found, at, session)
