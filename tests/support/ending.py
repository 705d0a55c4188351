"""What is started for a test has an end."""

from abc import ABC, abstractmethod
from typing import TypeVar

OwnT = TypeVar("OwnT", bound="Ending")


class Ending(ABC):
    """Something that has been started, and ends with the block that it is the context of."""

    @abstractmethod
    def end(self) -> None:
        """End it, whatever state it is in."""

    def __enter__(self: OwnT) -> OwnT:
        return self

    def __exit__(self, *raised: object) -> None:
        self.end()
