"""What is live in the browser: panels on one hub per kernel."""

from ._hub import Hub
from ._panel import Frame, Look, Panel

__all__ = ["Frame", "Hub", "Look", "Panel"]
