"""Jinja2 for print: our own templates only, every value escaped, nothing undefined passes.

A value is set by `glyphs.markup`, which escapes it and marks its rare characters, so no template can
forget either.
"""

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from printing.fitting import fit
from printing.glyphs import markup
from printing.seal import seal_svg
from rules.eras import format_long, format_short

FOLDER: Final = Path(__file__).parent
SHEET_MARK: Final = "<!--sheet-->"  # begins a side of paper in every template
INK_MARK: Final = "<!--ink-->"  # parts what is the same on all sheets from what is not


def _finalize(value: Any) -> Any:
    return markup(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(long=format_long, short=format_short)
    environment.globals.update(fit=fit, seal=seal_svg)
    return environment


def template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def stylesheet(names: tuple[str, ...]) -> str:
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)
