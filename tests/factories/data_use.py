"""Data-use applications as a section makes them, handed in and judged."""

from datetime import date

from models.data_use import DataUseApplication
from services import data_use
from services.context import Actor, Context
from services.data_use_content import Content
from workflows import catalog, data_use_cases
from workflows.engine import definitions


def publish(ctx: Context) -> None:
    """Put the shipped process of applications in force."""
    catalog.load_handlers()
    definitions.publish_shipped(ctx, catalog.shipped_bundle("data_use"))


def as_of(ctx: Context, actor: Actor) -> Context:
    """The same deed in the name of somebody else."""
    return Context(ctx.session, actor, ctx.at)


def content(**changed: object) -> Content:
    told: dict[str, object] = {
        "kind": "transfer",
        "transfer": "citizen",
        "recipient": "12",
        "recipient_name": "",
        "purpose": "住民票に国民健康保険の資格を記載するため",
        "basis": "residents_act_7",
        "items": ("addressee_number", "acquired_on", "lost_on"),
        "person_range": "insured_in_month",
        "method": "link_system",
        "frequency": "monthly",
        "from_on": date(2026, 11, 1),
        "until_on": date(2027, 3, 31),
        "with_places": False,
    }
    return Content(**{**told, **changed})  # type: ignore[arg-type]


def handed_in(citizen: Context, **changed: object) -> DataUseApplication:
    return data_use_cases.submit(citizen, data_use.draft(citizen, content(**changed)).id)


def approved(citizen: Context, manager: Context, **changed: object) -> DataUseApplication:
    application = handed_in(citizen, **changed)
    data_use_cases.judge(manager, application.id, "approve", "住基法7条に合う", basis_fits=True)
    return application


def approved_question(section: Context, manager: Context, **changed: object) -> DataUseApplication:
    """Questions to the information network, asked for by the section of the address system."""
    wanted: dict[str, object] = {
        "transfer": "network_question",
        "recipient": "11",
        "basis": "my_number_question",
        "items": ("addressee_number",),
        "person_range": "asked_about",
        "frequency": "each_time",
    }
    return approved(section, manager, **(wanted | changed))
