"""Which people make a household: by the number of insured, so that sizes and ages meet sample-people 2.1.

Each template lists the insured as (place in the household, ages). The first one is the head unless somebody
not insured is. The weights were solved for the shares: 3 % preschool, 5 % children, 18 % young, 33 % middle,
16 % from 65, 25 % from 70, and 62 : 27 : 7 : 3 : 0.75 : 0.25 for the sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from services.demonstration.ages import CHILD, MIDDLE, OLD, OLDEST, PRESCHOOL, YOUNG

if TYPE_CHECKING:
    from random import Random

T = TypeVar("T")

HEAD, SPOUSE, CHILD_OF = "世帯主", "配偶者", "子"
Band = tuple[int, int]
Template = list[tuple[str, Band]]

SIZE_SHARES = ((1, 0.62), (2, 0.27), (3, 0.07), (4, 0.03), (5, 0.0075), (6, 0.0025))
YOUNG_PARENT, SMALL_CHILD, STUDENT_AGE = (24, 39), (0, 12), (18, 29)

_ALONE = ((YOUNG, 0.180), (MIDDLE, 0.303), (OLD, 0.199), (OLDEST, 0.318))
_PAIRS = (
    ((SPOUSE, OLDEST, OLDEST), 0.200),
    ((SPOUSE, OLDEST, OLD), 0.220),
    ((SPOUSE, OLD, OLD), 0.080),
    ((SPOUSE, OLD, MIDDLE), 0.077),
    ((CHILD_OF, OLDEST, MIDDLE), 0.066),
    ((SPOUSE, MIDDLE, MIDDLE), 0.206),
    ((CHILD_OF, MIDDLE, YOUNG), 0.100),
    ((CHILD_OF, YOUNG_PARENT, SMALL_CHILD), 0.049),
    ((CHILD_OF, MIDDLE, CHILD), 0.002),
)
_YOUNG_FAMILY, _MIDDLE_FAMILY = 0.22, 0.524  # the rest: one parent of middle age
_MINOR_OF_COUPLE, _MINOR_OF_ONE, _PRESCHOOL_OF_MIDDLE = 0.50, 0.45, 0.20


def sizes(households: int) -> list[int]:
    """How many insured each household has; exactly in the shares."""
    counts = [(size, round(share * households)) for size, share in SIZE_SHARES]
    found = [size for size, count in counts for _ in range(count)][:households]
    return found + [1] * (households - len(found))


def draw(rng: Random, size: int) -> Template:
    """The insured of a household of this size."""
    if size == 1:
        return [(HEAD, _choose(rng, _ALONE))]
    if size == 2:
        relation, first, second = _choose(rng, _PAIRS)
        return [(HEAD, first), (relation, second)]
    kind = rng.random()
    if kind < _YOUNG_FAMILY:
        return [(HEAD, YOUNG_PARENT), (SPOUSE, YOUNG_PARENT), *[(CHILD_OF, SMALL_CHILD)] * (size - 2)]
    if kind < _YOUNG_FAMILY + _MIDDLE_FAMILY:
        children = [_child(rng, _MINOR_OF_COUPLE) for _ in range(size - 2)]
        return [(HEAD, MIDDLE), (SPOUSE, MIDDLE), *children]
    return [(HEAD, MIDDLE), *[_child(rng, _MINOR_OF_ONE) for _ in range(size - 1)]]


def _child(rng: Random, minor: float) -> tuple[str, Band]:
    if rng.random() >= minor:
        return CHILD_OF, STUDENT_AGE
    return CHILD_OF, PRESCHOOL if rng.random() < _PRESCHOOL_OF_MIDDLE else CHILD


def _choose(rng: Random, weighted: tuple[tuple[T, float], ...]) -> T:
    return rng.choices([value for value, _ in weighted], weights=[weight for _, weight in weighted])[0]
