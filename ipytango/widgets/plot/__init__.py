"""Live trends, curves and pictures."""

from ._channel import Channel
from ._curve import Curve
from ._picture import Picture
from ._plot import Plot

__all__ = ["Channel", "Curve", "Picture", "Plot"]
