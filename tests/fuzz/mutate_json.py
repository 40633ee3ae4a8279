"""Mutations of JSON as data: what comes out is JSON again. A first line that is none is kept: it tells a target what follows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

_OTHERS: tuple[Any, ...] = (None, True, 0, -1, 1.5, 10**20, "", [], {}, [None], {"a": 1})


def mutate_json(rng: Random, text: str, words: Sequence[str]) -> str | None:
    """The text with one to three values changed; None where it is no list and no object."""
    head, data = _parsed(text)
    if data is None:
        return None
    for _ in range(rng.randint(1, 3)):
        _change(rng, rng.choice(list(_holders(data))), words)
    return head + json.dumps(data, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, 1]))


def cross_json(rng: Random, one: str, other: str) -> str | None:
    """The first text with a value of the second somewhere in it; None where one of them is no list and no object."""
    (head, data), (_, more) = _parsed(one), _parsed(other)
    if data is None or more is None:
        return None
    holder, giver = rng.choice(list(_holders(data))), rng.choice(list(_holders(more)))
    if isinstance(holder, list):
        holder.insert(rng.randint(0, len(holder)), giver)
    elif isinstance(giver, dict) and giver:
        key = rng.choice(list(giver))
        holder[key] = giver[key]
    elif holder:
        holder[rng.choice(list(holder))] = giver
    return head + json.dumps(data, indent=1)


def _parsed(text: str) -> tuple[str, dict[str, Any] | list[Any] | None]:
    """What stands before the data, and the data; None where there is neither a list nor an object."""
    head, mark, body = text.partition("\n") if text[:1] not in "{[" else ("", "", text)
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return "", None
    return head + mark, data if isinstance(data, (dict, list)) else None


def _holders(data: dict[str, Any] | list[Any]) -> Iterator[dict[str, Any] | list[Any]]:
    """Every list and object of some data, itself among them."""
    yield data
    for each in data.values() if isinstance(data, dict) else data:
        if isinstance(each, (dict, list)):
            yield from _holders(each)


def _change(rng: Random, holder: dict[str, Any] | list[Any], words: Sequence[str]) -> None:
    place: Any = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder))) if holder else None
    match rng.randrange(6):
        case 0 if holder:
            del holder[place]
        case 1 if isinstance(holder, dict):
            held = holder.pop(place, None)
            holder[rng.choice(words)] = held
        case 2 if isinstance(holder, list):
            holder.insert(rng.randint(0, len(holder)), rng.choice(words))
        case 2 if isinstance(holder, dict):
            holder[rng.choice(words)] = rng.choice(words)
        case 3 if holder:
            holder[place] = rng.choice([*_OTHERS, [holder[place]], {"a": holder[place]}])
        case _ if holder:
            holder[place] = _spoken(rng, holder[place], rng.choice(words))
        case _:
            pass


def _spoken(rng: Random, value: Any, word: str) -> str:  # noqa: ANN401 - any JSON
    """A word, by itself or somewhere within the text that stands there."""
    if not isinstance(value, str) or rng.random() < 0.5:
        return word
    at = rng.randint(0, len(value))
    return value[:at] + word + value[at:]
