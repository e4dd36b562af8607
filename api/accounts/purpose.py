"""What people say they need records of people for: a list, so that the audit can be read by purpose."""

from __future__ import annotations

import re
from enum import StrEnum

from linkage.errors import SettingsError

MAX_REFERENCE = 40
_REFERENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./_-]*")


class Purpose(StrEnum):
    """Why somebody looks."""

    ENROLMENT = "enrolment"
    RECURRENT_VETTING = "recurrent vetting"
    REVIEW = "review"
    APPEAL = "appeal"
    INVESTIGATION = "investigation"
    PARTNER_REQUEST = "partner request"
    DATA_QUALITY = "data quality"
    LOADING = "loading"
    OVERSIGHT = "oversight"


def stated(purpose: Purpose, reference: str = "") -> str:
    """The purpose with the number of the case it is for, as the audit tells it.

    Raises:
        SettingsError: the reference is no case number: it is long, or holds other than letters, digits and ` ./_-`.
    """
    if not reference:
        return purpose.value
    if len(reference) > MAX_REFERENCE or not _REFERENCE.fullmatch(reference):
        raise SettingsError("reference: give a case number: up to 40 letters, digits, spaces and ./_- and no names")
    return f"{purpose.value} {reference}"
