"""`python -m benchmarks.openfisca.client COLUMNS.npz RATES.json`: computes the city and prints what it took.

Only the calculation is measured, in seconds of the processor, the least of several rounds; each round begins
with a new simulation that was given the columns before. How many households agree to the step of 100 yen is
told.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from openfisca_core.parameters import ParameterNode
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

from benchmarks.openfisca import incomes, parts

ROUNDS, PERIOD, STEP = 5, "2026", 100


def main(columns: str, rates: str) -> None:
    """Measure, and print it."""
    city = dict(np.load(columns))
    system = TaxBenefitSystem([incomes.Person, incomes.Household])
    system.parameters = ParameterNode("", data=dated(json.loads(Path(rates).read_text(encoding="utf-8"))))
    system.add_variables(*incomes.VARIABLES, *parts.VARIABLES)
    spent, owed = [], np.zeros(0)
    for _ in range(ROUNDS):
        simulation = prepared(system, city)
        begun = process_time()
        owed = simulation.calculate("premium", PERIOD)
        spent.append(process_time() - begun)
    agree = float(np.mean(np.abs(owed - city["total"]) <= STEP))
    sys.stdout.write(json.dumps({"seconds": min(spent), "agree": agree}) + "\n")


def dated(values: dict[str, Any]) -> dict[str, Any]:
    """Numbers as parameters of OpenFisca, in force from the beginning of the year."""
    return {
        name: dated(one) if isinstance(one, dict) else {"values": {"2026-01-01": {"value": one}}}
        for name, one in values.items()
    }


def prepared(system: Any, city: dict[str, Any]) -> Any:
    """A simulation that holds the columns of the city."""
    builder = SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("person", np.arange(len(city["household"])))
    households = builder.declare_entity("household", np.arange(len(city["specified"])))
    builder.join_with_persons(households, city["household"], ["member"] * len(city["household"]))
    simulation = builder.build(system)
    for name in (*incomes.INPUTS, "specified", "continuing"):
        simulation.set_input(name, PERIOD, city[name])
    return simulation


if __name__ == "__main__":
    main(*sys.argv[1:])
