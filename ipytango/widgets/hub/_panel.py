"""What is live on a page: a panel says what its view in the browser needs, the hub carries it."""

from __future__ import annotations

import dataclasses
import secrets
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ._hub import Hub

__all__ = ["Frame", "Look", "Panel"]


@dataclasses.dataclass(frozen=True)
class Look:
    """How a panel is being looked at."""

    px: int
    """Width of the widest view of it, in pixels of the screen."""

    first: bool
    """Whether somebody has seen nothing of it yet, so that the frame has to say everything."""


@dataclasses.dataclass(frozen=True)
class Frame:
    """What a view needs to show the newest state."""

    data: dict[str, Any]
    """Goes as JSON: NaN becomes null, infinities the strings ``Infinity`` and ``-Infinity``."""

    buffers: Sequence[npt.NDArray[np.generic] | bytes] = ()
    """Go as they are, and reach the view as typed arrays with a ``shape``. The hub copies them.

    Half floats go as ``float32``, booleans as ``uint8``, 64-bit integers as ``float64``.
    """

    whole: bool = False
    """Whether it says everything even if `Look.first` did not ask: a browser that is behind then
    skips the frames before it."""


class Panel(ABC):
    """Something live: `display` shows a snapshot that a page with this kernel brings to life.

    All methods that a panel defines are called in the hub's thread, one at a time, and must not
    block; `static_html` and `text` also in the thread that displays it.
    """

    view: ClassVar[str]
    """The name of its view in ``frontend/src/views``."""

    rate_hz: float = 10.0
    """How often a frame is sent at most; up to 30."""

    saves_every_s: float = 30.0
    """How often the snapshot in the notebook is renewed while it changes; 0 is never."""

    looks_every_s: float = 0.0
    """How often a frame is asked for by itself, where a change tells nobody; 0 is never, 1 is the
    least."""

    def __init__(self, hub: Hub) -> None:
        self.id = secrets.token_hex(8)
        self.hub = hub
        self._closed = False
        hub.add(self)

    # --- what a panel says ------------------------------------------------------------------------

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Say what the view needs before the first frame; goes as JSON."""

    @abstractmethod
    def frame(self, look: Look) -> Frame | None:
        """Say the newest state, or what is new since the last frame; None for nothing."""

    def command(self, op: str, argument: Any) -> Any:
        """Do what the browser asks, and return what answers it (JSON).

        An error that is raised is shown in the view.
        """
        raise ValueError(f"{type(self).__name__} has no command {op!r} (asked with {argument!r}).")

    def command_unseen(self, op: str, argument: Any) -> Any:
        """Do the same for a page that has not got the panel in its document."""
        return self.command(op, argument)

    def waken(self) -> None:  # noqa: B027 - most have nothing to do
        """Somebody looks from now on: start to follow."""

    def sleep(self) -> None:  # noqa: B027 - most have nothing to do
        """Nobody looks any more: stop following."""

    def unseen(self) -> None:  # noqa: B027 - most have nothing to do
        """No page that is there has it in its document, and has not for some seconds.

        It stays awake, as a page may come back: see `sleep`.
        """

    @abstractmethod
    def static_html(self) -> str:
        """Give the snapshot that stands where no live view can: HTML without style or script."""

    @abstractmethod
    def text(self) -> str:
        """Give the same as text."""

    # --- what is done for it ----------------------------------------------------------------------

    def changed(self) -> None:
        """Have a new frame asked for. Any thread, cheap."""
        self.hub.changed(self)

    def configured(self) -> None:
        """Have `config` sent again. Any thread."""
        self.hub.configured(self)

    def refresh_saved(self) -> None:
        """Renew the snapshot in the notebook. Any thread; does not wait for it."""
        self.hub.refresh(self)

    def close(self) -> None:
        """Stop following for good; views keep what they show, marked as closed. Any thread."""
        if not self._closed:
            self._closed = True
            self.hub.drop(self)

    @property
    def closed(self) -> bool:
        """Whether it was closed, by itself or with the hub."""
        return self._closed

    def as_widget(self) -> Any:
        """Give an ipywidgets widget that shows the live view, for layouts (`ipywidgets.VBox`)."""
        return self.hub.widget_of(self)

    def bundle(self) -> dict[str, str]:
        """Give the snapshot as a notebook keeps it: HTML that the page's hub finds, and text."""
        return {
            "text/html": f'<div data-ipytango="{self.id}">{self.static_html()}</div>',
            "text/plain": self.text(),
        }

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        self.hub.show(self)
        return self.bundle(), {}

    def _ipython_display_(self) -> None:
        self.hub.display(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}{' closed' if self._closed else ''}>"
