"""The gate against an oracle of its own: ten thousand random pairs, not one wrong (issue 6)."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from rules.data_use.gate import Approved, Missing, Run, refuse

DAY = date(2026, 11, 23)
ITEMS = ("addressee_number", "acquired_on", "lost_on", "card_number")
GOOD = Approved(
    transfer="citizen",
    recipient="12",
    items=frozenset(ITEMS),
    person_range="insured_in_month",
    method="link_system",
    frequency="monthly",
    from_on=date(2026, 4, 1),
    until_on=date(2027, 3, 31),
    with_places=False,
    bound="h",
    content="h",
    levels=1,
    parties=frozenset({"account:1", "30012"}),
    deciders=(frozenset({"account:2", "10009"}),),
)
RUN = Run(
    transfer="citizen",
    recipient="12",
    items=frozenset(ITEMS[:3]),
    person_range="insured_now",
    method="link_system",
    with_places=False,
    on=DAY,
    period="2026-11",
    held=frozenset(ITEMS),
)


def test_what_an_approval_covers_is_let_through() -> None:
    assert refuse(GOOD, RUN) is None


@pytest.mark.parametrize(
    ("approved", "run", "missing"),
    [
        (None, RUN, Missing.NO_APPROVAL),
        (replace(GOOD, ended="revoked"), RUN, Missing.REVOKED),
        (replace(GOOD, ended="withdrawn"), RUN, Missing.WITHDRAWN),
        (replace(GOOD, ended="edited"), RUN, Missing.VOID),
        (replace(GOOD, content="other"), RUN, Missing.VOID),
        (GOOD, replace(RUN, on=date(2026, 3, 31)), Missing.NOT_YET),
        (GOOD, replace(RUN, on=date(2027, 4, 1)), Missing.EXPIRED),
        (GOOD, replace(RUN, transfer="welfare"), Missing.OTHER_TRANSFER),
        (GOOD, replace(RUN, recipient="13"), Missing.OTHER_RECIPIENT),
        (GOOD, replace(RUN, person_range="ever_insured"), Missing.RANGE),
        (GOOD, replace(RUN, person_range="outside_register"), Missing.RANGE),
        (GOOD, replace(RUN, method="paper"), Missing.METHOD),
        (GOOD, replace(RUN, with_places=True), Missing.PLACES),
        (GOOD, replace(RUN, sent=frozenset({"2026-11"})), Missing.TOO_OFTEN),
        (GOOD, replace(RUN, period="record:4"), Missing.TOO_OFTEN),
        (replace(GOOD, deciders=(frozenset({"30012"}),)), RUN, Missing.SELF_APPROVED),
        (replace(GOOD, levels=2), RUN, Missing.LEVELS),
        (replace(GOOD, levels=2, deciders=GOOD.deciders * 2), RUN, Missing.LEVELS),
        (GOOD, replace(RUN, items=frozenset({*ITEMS, "my_number"})), Missing.ITEM),
        (GOOD, replace(RUN, held=frozenset(ITEMS[:2])), Missing.NOT_HELD),
    ],
)
def test_what_is_missing_is_named(approved: Approved | None, run: Run, missing: Missing) -> None:
    found = refuse(approved, run)
    assert found is not None
    assert found.missing == missing


def test_the_last_day_of_an_approval_is_covered_and_the_day_after_not() -> None:
    assert refuse(GOOD, replace(RUN, on=GOOD.until_on)) is None
    assert refuse(GOOD, replace(RUN, on=GOOD.until_on + timedelta(days=1))) is not None


def allowed(approved: Approved, run: Run) -> bool:
    """The oracle: the promise of the assessment as one sentence after the other, in another order."""
    wider = {
        "insured_now": {"insured_now"},
        "insured_in_month": {"insured_now", "insured_in_month"},
        "ever_insured": {"insured_now", "insured_in_month", "ever_insured"},
        "outside_register": {"outside_register"},
        "asked_about": {"asked_about"},
    }
    everybody = [name for names in approved.deciders for name in names]
    month = len(run.period) == 7 and run.period[4] == "-"
    often = {"monthly": month, "each_time": True, "once": not run.sent}[approved.frequency]
    return all(
        (
            run.items != frozenset(),
            all(one in approved.items and (run.held is None or one in run.held) for one in run.items),
            run.person_range in wider[approved.person_range],
            (run.transfer, run.recipient, run.method)
            == (approved.transfer, approved.recipient, approved.method),
            approved.from_on.toordinal() <= run.on.toordinal() <= approved.until_on.toordinal(),
            not run.with_places or approved.with_places,
            often and run.period not in set(run.sent),
            not set(everybody) & set(approved.parties),
            len(everybody) == len(set(everybody)),
            len(approved.deciders) >= approved.levels,
            approved.ended is None and approved.bound == approved.content,
        )
    )


def a_pair(random: Random) -> tuple[Approved, Run]:
    """A good pair with none to three things changed, so that about a third is let through."""
    approved = replace(
        GOOD,
        person_range=random.choice(["insured_in_month", "ever_insured"]),
        frequency=random.choice(["monthly", "monthly", "each_time", "once"]),
        levels=1,
    )
    run = replace(RUN, items=frozenset(random.sample(ITEMS, random.randint(1, 4))))
    for _ in range(random.randint(0, 3)):
        approved, run = random.choice(CHANGES)(random, approved, run)
    return approved, run


CHANGES = (
    lambda r, a, b: (replace(a, ended=r.choice([None, "revoked", "withdrawn", "edited"])), b),
    lambda r, a, b: (replace(a, content=r.choice(["h", "i"])), b),
    lambda r, a, b: (a, replace(b, on=DAY + timedelta(days=r.randint(-400, 400)))),
    lambda r, a, b: (a, replace(b, transfer=r.choice(["citizen", "welfare"]))),
    lambda r, a, b: (a, replace(b, recipient=r.choice(["12", "13"]))),
    lambda r, a, b: (replace(a, items=frozenset(r.sample(ITEMS, r.randint(0, 4)))), b),
    lambda r, a, b: (a, replace(b, items=frozenset(r.sample((*ITEMS, "my_number"), r.randint(0, 5))))),
    lambda r, a, b: (a, replace(b, held=frozenset(r.sample(ITEMS, r.randint(0, 4))))),
    lambda r, a, b: (a, replace(b, person_range=r.choice(RANGES))),
    lambda r, a, b: (replace(a, person_range=r.choice(RANGES)), b),
    lambda r, a, b: (a, replace(b, method=r.choice(["link_system", "paper"]))),
    lambda r, a, b: (replace(a, with_places=r.random() < 0.5), replace(b, with_places=r.random() < 0.5)),
    lambda r, a, b: (a, replace(b, sent=frozenset(r.sample(PERIODS, r.randint(0, 3))))),
    lambda r, a, b: (a, replace(b, period=r.choice(PERIODS))),
    lambda r, a, b: (replace(a, levels=r.randint(1, 2), deciders=deciders(r)), b),
)
RANGES = ("insured_now", "insured_in_month", "ever_insured", "outside_register", "asked_about")
PERIODS = ("2026-11", "2026-12", "record:4")
NAMES = ("account:1", "account:2", "account:3", "30012", "10009", "10005")


def deciders(random: Random) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(random.sample(NAMES, 2)) for _ in range(random.randint(0, 3)))


def test_ten_thousand_random_pairs_are_decided_as_the_oracle_does() -> None:
    random = Random(20261123)
    pairs = [a_pair(random) for _ in range(10_000)]
    wrong = [(a, b) for a, b in pairs if (refuse(a, b) is None) != allowed(a, b)]
    assert wrong == []
    passed = sum(allowed(a, b) for a, b in pairs)
    assert 1_000 < passed < 9_000, "both answers are asked often enough"
