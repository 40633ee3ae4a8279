"""Everything the tool says to a person, rule texts aside: one catalogue a language, the same keys and placeholders in each.

A template is filled with :meth:`str.format`; values are never read as templates. A template with a plural is two:
``key.one`` and ``key.other``, chosen by the value of ``count`` (French counts 0 as singular, English does not).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from cmian_policy.model.text import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cmian_policy.model.finding import Text
    from cmian_policy.model.text import Lang


@cache
def catalogue(lang: Lang) -> Mapping[str, str]:
    """The templates of one language, by key."""
    templates: Mapping[str, str] = import_module(f"{__name__}.{lang}").TEMPLATES
    return templates


def render(text: Text, lang: Lang) -> str:
    """A message, or a text that a pack gives in both languages, in one language.

    Raises ``KeyError`` for a key or a placeholder that the catalogue does not know.
    """
    if isinstance(text, Bilingual):
        return text.get(lang)
    values = {name: value if isinstance(value, (str, int)) else render(value, lang) for name, value in text.values}
    templates = catalogue(lang)
    template = templates.get(text.key) or templates[f"{text.key}.{_plural(values['count'], lang)}"]
    return template.format_map(values)


def _plural(count: str | int, lang: Lang) -> str:
    singular = count in {0, 1} if lang == "fr" else count == 1
    return "one" if singular else "other"
