"""For what an Individual Number may be used: the list of the law (番号法9条1項 別表, M06, N04).

The purposes are parameters of the law, dated and cited with the numbering of their time.
"""

from dataclasses import dataclass

from rules.law import Certainty, LawAt

PURPOSES = {
    "eligibility": ("national/number_use/eligibility", "Notifications of eligibility"),
    "certificate": ("national/number_use/certificate", "Issue of certificates"),
    "premium": ("national/number_use/premium", "Assessment and collection of premiums"),
    "benefits": ("national/number_use/benefits", "Benefits"),
    "identity": ("national/number_use/identity", "Identity check and check of the number"),
}


@dataclass(frozen=True)
class Purpose:
    """One purpose of the law as it stands on a day."""

    code: str
    ja: str
    en: str
    article: str
    is_verified: bool


def purposes_on(law: LawAt) -> list[Purpose]:
    """The purposes in force on the day of `law`, in the order of the list (番号法9条1項 別表)."""
    found = []
    for code, (name, en) in PURPOSES.items():
        if law.in_force(name):
            told = law.get(name)
            verified = told.certainty is Certainty.VERIFIED
            found.append(Purpose(code, str(told.value), en, told.source.article, verified))
    return found
