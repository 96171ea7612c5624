"""The premium (保険料): what a household owes for a fiscal year, as the law says, with every figure kept.

One text of each rule, written over columns of integers: the whole city, or the columns of one household for
the screen. Sources: 国民健康保険法施行令29条の7, the ordinance of the municipality, `docs/premium.md`.
May import `rules` only and numpy (requirements D1, D2, D4).
"""
