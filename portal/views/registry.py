"""The one list of views: add a class here and it is served; its lock is `requires(…)` on each method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.views.language import LanguageView

if TYPE_CHECKING:
    from flask_appbuilder.baseviews import BaseView

VIEWS: tuple[type[BaseView], ...] = (LanguageView,)
