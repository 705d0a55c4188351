"""Attributes and items of other people's objects, exchanged and put back as they were."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

__all__ = ["Patches"]

_ABSENT = object()


class Patches:
    """Exchanges attributes and items; `undo` puts all back, last first."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []
        self._left: list[str] = []

    def set(self, owner: Any, name: str, value: Any) -> Any:
        """Set ``owner.name`` and return what was seen there before (inherited or its own)."""
        seen = getattr(owner, name, None)
        own = vars(owner).get(name, _ABSENT)
        setattr(owner, name, value)
        self.on_undo(lambda: self._put_back(owner, name, own, value))
        return seen

    def set_item(self, mapping: MutableMapping[Any, Any], key: Any, value: Any) -> Any:
        """Set ``mapping[key]`` and return what was there before, or None."""
        before = mapping.get(key, _ABSENT)
        mapping[key] = value

        def put_back() -> None:
            if before is _ABSENT:
                mapping.pop(key, None)
            else:
                mapping[key] = before

        self.on_undo(put_back)
        return None if before is _ABSENT else before

    def on_undo(self, action: Callable[[], object]) -> None:
        """Have `undo` call `action` when it comes to this point."""
        self._undo.append(action)

    def undo(self) -> list[str]:
        """Put everything back; returns what somebody else has exchanged since and so stays.

        The first error on the way is raised at the end.
        """
        self._left, errors = [], []
        while self._undo:
            try:
                self._undo.pop()()
            except Exception as error:  # noqa: BLE001 - the rest is put back all the same
                errors.append(error)
        if errors:
            raise errors[0]
        return self._left

    def _put_back(self, owner: Any, name: str, own: Any, value: Any) -> None:
        if vars(owner).get(name, _ABSENT) is not value:
            self._left.append(f"{getattr(owner, '__name__', type(owner).__name__)}.{name}")
        elif own is _ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, own)
