"""Amounts of money: whole yen as integers, rounded only by a named function that cites its article."""

from typing import NewType

Yen = NewType("Yen", int)


def format_yen(amount: Yen) -> str:
    """Write an amount as letters show it: 12,345円."""
    return f"{amount:,}円"


def floor_to_hundred(amount: Yen) -> Yen:
    """Cut below one hundred yen (地方税法20条の4の2第3項, taken over by ordinances for the premium)."""
    return Yen(amount // 100 * 100)
