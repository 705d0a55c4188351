"""ITango's names, each put into the user's namespace when a cell first uses it.

ITango fills the namespace at load: it asks the database for everything, and puts a name there for
each class. Here nothing is asked and nothing is put anywhere until Python would find no such name.
What the user has defined, or Python has, is never touched.
"""

from __future__ import annotations

import asyncio
import builtins
import dis
import functools
import keyword
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, ModuleType
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, context_matcher

from ..client import (
    Catalogue,
    Client,
    Question,
    TangoClass,
    alias_map,
    class_map,
    device_map,
    names_in_any_case,
    open_database,
    server_map,
    tango_names,
)
from ..errors import CatalogueError
from ..green import LoopGate, Patches, ThreadGate
from ._cells import on_sync_path

__all__ = ["NamesOnDemand", "define_names_on_demand"]

CLASSES_S = 1.5
"""How long a cell waits to know whether a name that nobody has defined is a class of devices."""

DATABASE_S = 5.0
"""How long a cell waits for the database that it uses as `db` itself."""

MENTIONED_S = 1.5
"""How long a cell waits for it that has `db` in a function only, which may never be called."""

_LOADS = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}
_STORES = {"STORE_NAME", "STORE_GLOBAL", "DELETE_NAME", "DELETE_GLOBAL"}

_OF_DATABASE = ("DB_NAME", "db")
_WORD = re.compile(r"(?:^|[^\w.\"'/])(?P<typed>[A-Za-z]\w+)\Z")


def define_names_on_demand(patches: Patches, shell: Any, client: Client) -> NamesOnDemand:
    """Have the shell's cells find ITango's names."""
    names = NamesOnDemand(shell, client)
    original = shell.run_code

    @functools.wraps(original)
    async def run_code(code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        await names.define_for(code_obj)
        return bool(await original(code_obj, result, async_=async_))

    patches.set(shell, "run_code", run_code)
    show: Any = shell.showtraceback

    @functools.wraps(show)
    def showtraceback(exc_tuple: Any = None, *args: Any, **kwargs: Any) -> Any:
        names.explain(sys.exc_info()[1] if exc_tuple is None else exc_tuple[1])
        return show(exc_tuple, *args, **kwargs)

    patches.set(shell, "showtraceback", showtraceback)
    matchers = shell.Completer.custom_matchers
    matcher = _matcher_of(names)
    matchers.append(matcher)
    patches.on_undo(functools.partial(matchers.remove, matcher))
    patches.on_undo(names.withdraw)
    return names


class NamesOnDemand:
    """The names, what they stand for, and which of them the user's namespace has from here."""

    def __init__(self, shell: Any, client: Client) -> None:
        self._shell = shell
        self._client = client
        self._given: dict[str, Any] = {}
        self._given_for = ""
        """The database that was current when they were given."""
        self._absent: dict[str, str] = {}
        """Why those are not there that could not be had."""
        functions: dict[str, Callable[[Catalogue], Any]] = {
            "get_alias_map": alias_map,
            "get_class_map": class_map,
            "get_device_map": device_map,
            "get_server_map": server_map,
            "get_alias_list": lambda catalogue: names_in_any_case(list(alias_map(catalogue))),
            "get_device_list": lambda catalogue: names_in_any_case(list(device_map(catalogue))),
        }
        self._functions = {
            name: self._function(name, function) for name, function in functions.items()
        }

    @property
    def fixed(self) -> dict[str, Any]:
        """The names that are there whatever the database has, without those of the database."""
        return tango_names() | self._functions

    async def define_for(self, code: Any) -> None:
        """Define what a piece of code will ask for and not find; what cannot be had is left out."""
        if self._given and self._given_for != self._client.catalogues.current_host:
            self._withdraw_those_of_database()
        missing = self._missing(code) if isinstance(code, CodeType) else []
        if not missing:
            return
        fixed = self.fixed
        for name in missing:
            if name in fixed:
                self._give(name, fixed[name])
            elif name in _OF_DATABASE:
                await self._give_of_database(name, used=name in _loaded(code))
        others = [name for name in missing if name not in fixed and name not in _OF_DATABASE]
        if others:
            classes = set(await self._classes())
            for name in others:
                if name in classes:
                    self._give(name, TangoClass(name))

    def explain(self, error: BaseException | None) -> None:
        """Have the error of a name that could not be had say why."""
        if isinstance(error, NameError) and error.name in self._absent:
            error.args = (f"name {error.name!r} is not defined: {self._absent[error.name]}",)

    def define_all(self) -> tuple[tuple[str, str], ...]:
        """Define all names that are free; returns each with what it stands for.

        Raises `CatalogueError`.
        """
        catalogue = self._client.catalogues.current
        classes = {
            name: TangoClass(name)
            for name in catalogue.classes()
            if name.isidentifier() and not keyword.iskeyword(name) and name != "DServer"
        }
        # It has just answered: to connect once more takes milliseconds.
        own = {"db": open_database(catalogue.address), "DB_NAME": catalogue.address}
        for name, value in (self.fixed | own | classes).items():
            if not self._is_known(name):
                self._give(name, value)
        return tuple((name, _in_words(value)) for name, value in sorted(self._given.items()))

    def beginning(self, typed: str) -> list[str]:
        """Return the names that begin so and are free; asks the database for classes only."""
        names = [*self.fixed, *_OF_DATABASE]
        if typed[:1].isupper():
            names += self._client.completions.of("class", typed)
        return sorted(
            {name for name in names if name.startswith(typed) and name.isidentifier()}
            - self._shell.user_ns.keys()
        )

    def withdraw(self) -> None:
        """Take back what was given, but for what the user has given another meaning since."""
        for name in tuple(self._given):
            self._withdraw(name)

    # --- what is missing --------------------------------------------------------------------------

    def _missing(self, code: CodeType) -> list[str]:
        """Return the names that the code asks for, and neither the user nor Python has."""
        codes = tuple(_nested(code))
        if all(self._is_known(name) for part in codes for name in part.co_names):
            return []
        loaded = dict.fromkeys(name for part in codes for name in _loaded(part))
        stored = {name for part in codes for name in _named_by(part, _STORES)}
        return [name for name in loaded if name not in stored and not self._is_known(name)]

    def _is_known(self, name: str) -> bool:
        return name in self._shell.user_ns or hasattr(builtins, name)

    # --- what they stand for ----------------------------------------------------------------------

    async def _classes(self) -> Iterable[str]:
        """Return the classes that the database knows, if it says so soon."""
        try:
            catalogue = self._client.catalogues.current
        except CatalogueError:
            return ()
        known = catalogue.known(Question.classes())
        if known.value is not None or known.error is not None:
            return known.value or ()
        await _until(
            lambda done: catalogue.when(Question.classes(), done, wait_s=CLASSES_S),
            CLASSES_S,
        )
        return catalogue.known(Question.classes(), refresh=False).value or ()

    async def _give_of_database(self, name: str, *, used: bool) -> None:
        """Define the database, or its name.

        The cell runs without it, too: that may be a function which is not called yet, or a `try`.
        """
        try:
            value = await self._of_database(name, DATABASE_S if used else MENTIONED_S)
        except CatalogueError as error:
            self._absent[name] = str(error)
        else:
            self._give(name, value)

    async def _of_database(self, name: str, wait_s: float) -> Any:
        address = self._client.catalogues.current.address
        if name == "DB_NAME":
            return address
        call = self._client.submit(open_database, address)
        await _until(call.when_done, wait_s)
        if not call.done:
            raise CatalogueError(
                f"`db` is the Tango database {address}, which has not answered for "
                f"{wait_s:g} s; %tango_db host:port chooses another."
            )
        return call.outcome()

    def _function(self, name: str, of: Callable[[Catalogue], Any]) -> Callable[[], Any]:
        def function() -> Any:
            return of(self._client.catalogues.current)

        function.__name__ = function.__qualname__ = name
        function.__doc__ = _DOCS[name]
        return function

    # --- the user's namespace ---------------------------------------------------------------------

    def _give(self, name: str, value: Any) -> None:
        if not self._given:
            self._given_for = self._client.catalogues.current_host
        self._absent.pop(name, None)
        self._given[name] = value
        self._shell.user_ns[name] = value
        self._shell.user_ns_hidden[name] = value  # %who lists what the user has made

    def _withdraw(self, name: str) -> None:
        value = self._given.pop(name)
        for namespace in (self._shell.user_ns, self._shell.user_ns_hidden):
            if namespace.get(name) is value:
                del namespace[name]

    def _withdraw_those_of_database(self) -> None:
        self._given_for = self._client.catalogues.current_host
        for name, value in tuple(self._given.items()):
            if name in _OF_DATABASE or isinstance(value, TangoClass):
                self._withdraw(name)


_DOCS = {
    "get_alias_list": "Return the aliases of devices, in any case.",
    "get_alias_map": "Return the names of devices by alias.",
    "get_class_map": "Return the names of devices by class.",
    "get_device_list": "Return the names of devices, in any case.",
    "get_device_map": "Return alias, server, class and None by device.",
    "get_server_map": "Return the names of devices by server.",
}


def _matcher_of(names: NamesOnDemand) -> Any:
    """Return the matcher that completes the names themselves: ``Dev`` to ``Device``."""

    @context_matcher(identifier="ipytango.names")  # type: ignore[untyped-decorator, unused-ignore]
    def complete_name(context: CompletionContext) -> dict[str, Any]:
        word = _WORD.search(context.text_until_cursor)
        if word is None or context.text_until_cursor.lstrip().startswith(("%", "!")):
            return {"completions": []}
        typed = word["typed"]
        return {
            "completions": [
                SimpleCompletion(text=name, type="name") for name in names.beginning(typed)
            ],
            "matched_fragment": typed,
        }

    return complete_name


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def _loaded(code: CodeType) -> Iterator[str]:
    return _named_by(code, _LOADS)


def _named_by(code: CodeType, operations: set[str]) -> Iterator[str]:
    """Give the names in a code's own instructions of some kinds, not in those of its functions."""
    return (
        str(instruction.argval)
        for instruction in dis.get_instructions(code)
        if instruction.opname in operations
    )


def _in_words(value: Any) -> str:
    if isinstance(value, TangoClass):
        return "a class of devices"
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, type):
        return f"tango.{value.__name__}"
    if not callable(value):
        return "PyTango" if isinstance(value, ModuleType) else "the tango.Database of DB_NAME"
    return (value.__doc__ or "").strip().partition("\n")[0]


async def _until(call_back: Callable[[Callable[..., object]], object], timeout_s: float) -> None:
    """Wait until what is given to ``call_back`` is called, in any thread, or the time is over.

    In the cell that loads ipytango nothing can be awaited yet: it stands still for it.
    """
    if on_sync_path() or asyncio._get_running_loop() is None:
        blocking = ThreadGate()
        call_back(blocking.open)
        blocking.wait(timeout_s)
        return
    gate = LoopGate()
    call_back(gate.open)
    await gate.opened(timeout_s)
