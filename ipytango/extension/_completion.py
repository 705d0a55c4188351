"""TAB: names of devices and attributes in calls, the members of proxies, labels of enumerations.

Each answer comes from what is known; what is not is asked for in the background, and waited for
briefly the first time only. No code of the user's runs for it.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import re
import types
from collections.abc import Iterable, Iterator
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, context_matcher

from ..client import AttributeFacts, Client, NameKind, TangoClass, is_device, name_wanted_by
from ..green import Patches
from ..magics import final, magic_matcher

__all__ = ["complete_tango_names"]

_STRING = r"(?P<quote>[\"'])(?P<typed>(?:\\.|(?!(?P=quote))[^\\])*)"
_OWNER = r"(?P<owner>[A-Za-z_](?:[\w.]|\[[^\[\]]*\])*?)"


def _at_end(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(?:{pattern})\Z", re.DOTALL)


# A string that has been begun in the arguments of a call: `watch(["a/b/c/d", "`.
_CALL = _at_end(
    r"(?P<called>[A-Za-z_][\w.]*)\("
    r"(?P<before>(?:[^()\"']|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')*)" + _STRING
)
_MEMBER = _at_end(_OWNER + r"\.(?P<typed>\w*)")
_ITEM = _at_end(_OWNER + r"\[\s*" + _STRING)
_LABEL = _at_end(
    _OWNER + r"(?:\.(?P<attribute>\w+)|\[\s*[\"'](?P<item>[^\"']+)[\"']\s*\])"
    r"\s*(?:==|!=|=)\s*(?P<text>(?P<quote>[\"']?)(?P<typed>[^\"'()]*))"
)

# `tango.Dev`, `DeviceP`, `%tango_w`: names will be typed soon.
_TO_COME = re.compile(r"(?:\btango\.\w*|\b(?:Dev|Att|get_dev|get_att)\w*|%tango_\w*)\Z")
_FIRST_NAME = re.compile(r"\s*[\"'](?P<name>[^\"']+)[\"']\s*,\s*")

CODE_READ = 4000
"""Characters before the cursor that a call may stand in."""

_BY_NAME: dict[str, NameKind] = {
    "Attribute": "attribute",
    "AttributeProxy": "attribute",
    "Device": "device",
    "DeviceProxy": "device",
    "get_attribute_proxy": "attribute",
    "get_device_proxy": "device",
}
"""What is called when nothing of that name is there yet to be looked at: it may be imported in the
very same cell."""

_OF_IPYTANGO: dict[str, NameKind] = {
    "explore": "device",
    "info": "any",
    "ls": "device",
    "panel": "device",
    "plot": "attribute",
    "stream": "attribute",
    "watch": "attribute",
}

_WITH_ATTRIBUTE = re.compile(r"(?:(?:un)?subscribe_event|\w*(?:attribute|poll)\w*)")
_WITH_COMMAND = re.compile(r"command_\w+")

_MISSING = object()
_UNREAD = object()
"""What a device would have to be asked for."""

_PACKAGE = __name__.partition(".")[0]


def complete_tango_names(patches: Patches, shell: Any, client: Client) -> None:
    """Add ipytango's matchers to the shell's completer, and keep all of it off the devices."""
    _keep_off_devices(patches, shell.Completer, client)
    matchers = shell.Completer.custom_matchers
    for matcher in (magic_matcher(client.completions.of), _code_matcher(shell, client)):
        matchers.append(matcher)
        patches.on_undo(functools.partial(matchers.remove, matcher))


def _keep_off_devices(patches: Patches, completer: Any, client: Client) -> None:
    """Have everything that completes, Jedi and IPython's own, ask no device."""
    complete, completions = completer.complete, completer.completions

    @functools.wraps(complete)
    def complete_off_devices(*args: Any, **kwargs: Any) -> Any:
        with client.members.completing():
            return complete(*args, **kwargs)

    @functools.wraps(completions)
    def completions_off_devices(*args: Any, **kwargs: Any) -> Iterator[Any]:
        found = iter(completions(*args, **kwargs))
        while True:
            with client.members.completing():  # not while the caller has its turn
                one = next(found, _MISSING)
            if one is _MISSING:
                return
            yield one

    patches.set(completer, "complete", complete_off_devices)
    patches.set(completer, "completions", completions_off_devices)


def _code_matcher(shell: Any, client: Client) -> Any:
    """Return the matcher of what is typed in Python code."""
    code = _Code(shell, client)

    @context_matcher(identifier="ipytango.code")  # type: ignore[untyped-decorator, unused-ignore]
    def complete_code(context: CompletionContext) -> dict[str, Any]:
        lines = context.full_text.split("\n")[: context.cursor_line]
        return code.complete("\n".join([*lines, context.text_until_cursor]))

    return complete_code


class _Code:
    """Completes the text before a cursor."""

    def __init__(self, shell: Any, client: Client) -> None:
        self._shell = shell
        self._client = client

    def complete(self, text: str) -> dict[str, Any]:
        line = text.rpartition("\n")[2]
        if found := _LABEL.search(line):
            labels = self._labels(found)
            if labels:
                return _result(labels, found["text"], "enum label")
        if found := _ITEM.search(line):
            return self._items(found)
        if found := _CALL.search(text[-CODE_READ:]):
            return self._names(found)
        if _TO_COME.search(line):
            self._client.completions.prepare()
        if found := _MEMBER.search(line):
            return self._members(found)
        return {"completions": []}

    # --- names in strings -------------------------------------------------------------------------

    def _names(self, found: re.Match[str]) -> dict[str, Any]:
        called, typed = found["called"], _unescaped(found["typed"])
        thing = self._thing(called)
        kind = self._kind(called, thing)
        completions = self._client.completions
        if kind is not None:
            return _in_string(completions.of(kind, typed), found, kind)
        if isinstance(thing, TangoClass) or (thing is _MISSING and called.isidentifier()):
            name = thing.name if isinstance(thing, TangoClass) else called
            return _in_string(completions.of_class(name, typed), found, "device")
        owner, _, method = called.rpartition(".")
        device = self._thing(owner) if owner else None
        if not is_device(device):
            return {"completions": []}
        before = found["before"]
        if not before.strip(" [(") or "[" in before:
            return _in_string(self._interface_names(device, method, typed), found, "attribute")
        written = _FIRST_NAME.fullmatch(before)
        if written and method.startswith("write_attribute"):
            labels = self._labels_of(device, written["name"], typed)
            return _in_string(labels, found, "enum label")
        return {"completions": []}

    def _kind(self, called: str, thing: object) -> NameKind | None:
        """Say what name belongs into a call, by what is called or, failing that, by its name."""
        if thing is _MISSING:
            return _BY_NAME.get(called.rpartition(".")[2])
        if str(getattr(thing, "__module__", "")).partition(".")[0] == _PACKAGE:
            name = str(getattr(thing, "__name__", ""))
            kind = _OF_IPYTANGO.get(name) or _BY_NAME.get(name)
            if kind is not None:
                return kind
        return name_wanted_by(thing)

    # --- what a device has ------------------------------------------------------------------------

    def _items(self, found: re.Match[str]) -> dict[str, Any]:
        """Complete ``dev["``: the names of its attributes."""
        device = self._thing(found["owner"])
        if not is_device(device):
            return {"completions": []}
        typed = _unescaped(found["typed"])
        names = _beginning((facts.name for facts in self._attributes(device)), typed)
        return _in_string(names, found, "attribute")

    def _interface_names(self, device: Any, method: str, typed: str) -> list[str]:
        """Complete the first argument of a proxy's method."""
        if _WITH_COMMAND.fullmatch(method):
            interface = self._client.members.interface(device)
            return _beginning(interface.commands if interface else (), typed)
        if _WITH_ATTRIBUTE.fullmatch(method):
            return _beginning((facts.name for facts in self._attributes(device)), typed)
        return []

    def _members(self, found: re.Match[str]) -> dict[str, Any]:
        """Complete ``dev.``: its attributes and commands, then what every proxy has."""
        device = self._thing(found["owner"])
        if device is _UNREAD:
            return _result((), found["typed"], "")
        if not is_device(device):
            return {"completions": []}
        typed, members = found["typed"], self._client.members
        interface = members.interface(device)
        of_python = members.of_python(device)
        kinds: dict[str, str] = {}
        if interface is not None:
            kinds.update({facts.name: "property" for facts in interface.attributes})
            kinds.update(dict.fromkeys(interface.commands, "function"))
        own = sorted(kinds, key=str.lower)
        names = [name for name in _beginning(own, typed) if name.isidentifier()]
        names += [
            name
            for name in of_python
            if name.startswith(typed) and (typed.startswith("_") or not name.startswith("_"))
        ]
        return final(
            [
                SimpleCompletion(text=name, type=kinds.get(name) or _kind_of(device, name))
                for name in dict.fromkeys(names)
            ],
            typed,
        )

    def _labels(self, found: re.Match[str]) -> list[str]:
        """Complete what is assigned to an attribute that is an enumeration."""
        device = self._thing(found["owner"])
        if not is_device(device):
            return []
        name = found["attribute"] or found["item"]
        labels = self._labels_of(device, name, found["typed"].strip())
        quote = found["quote"] or '"'
        end = "" if found["quote"] else quote
        return [f"{quote}{_escaped(label, quote)}{end}" for label in labels]

    def _labels_of(self, device: Any, attribute: str, typed: str) -> list[str]:
        interface = self._client.members.interface(device)
        facts = interface.attribute(attribute) if interface else None
        return _beginning(facts.enum_labels, typed) if facts else []

    def _attributes(self, device: Any) -> tuple[AttributeFacts, ...]:
        interface = self._client.members.interface(device)
        return interface.attributes if interface else ()

    # --- what a piece of code stands for ----------------------------------------------------------

    def _thing(self, code: str) -> object:
        """Find what names stand for, running no code; `_MISSING` where that cannot be told."""
        try:
            node = ast.parse(code, mode="eval").body
        except SyntaxError:
            return _MISSING
        return self._value(node)

    def _value(self, node: ast.expr) -> object:
        if isinstance(node, ast.Name):
            return self._shell.user_ns.get(node.id, getattr(builtins, node.id, _MISSING))
        if isinstance(node, ast.Attribute):
            return _attribute(self._value(node.value), node.attr)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return _item(self._value(node.value), node.slice.value)
        return _MISSING


def _attribute(owner: object, name: str) -> object:
    """Return an attribute as it lies there: no property and no `__getattr__` runs."""
    if owner is _MISSING or owner is _UNREAD:
        return owner
    if is_device(owner):
        return _MISSING if hasattr(type(owner), name) else _UNREAD
    if isinstance(owner, types.ModuleType):
        if owner.__name__ == _PACKAGE:
            return getattr(owner, name, _MISSING)  # its functions are there when first used
        return vars(owner).get(name, _MISSING)
    found = inspect.getattr_static(owner, name, _MISSING)
    if isinstance(found, types.FunctionType) and not isinstance(owner, type):
        return types.MethodType(found, owner)
    return _MISSING if hasattr(type(found), "__get__") and not callable(found) else found


def _item(owner: object, key: object) -> object:
    if type(owner) is dict:
        return owner.get(key, _MISSING)
    if type(owner) in (list, tuple) and isinstance(key, int):
        items: Any = owner
        return items[key] if -len(items) <= key < len(items) else _MISSING
    return _MISSING


def _beginning(names: Iterable[str], typed: str) -> list[str]:
    start = typed.lower()
    return sorted((name for name in names if name.lower().startswith(start)), key=str.lower)


def _kind_of(device: object, name: str) -> str:
    return "function" if callable(getattr(type(device), name, None)) else "property"


def _result(texts: Iterable[str], fragment: str, kind: str) -> dict[str, Any]:
    return final([SimpleCompletion(text=text, type=kind) for text in texts], fragment)


def _in_string(names: Iterable[str], found: re.Match[str], kind: str) -> dict[str, Any]:
    """Return what the string that is being typed can become."""
    return _result((_escaped(name, found["quote"]) for name in names), found["typed"], kind)


def _escaped(text: str, quote: str) -> str:
    """Write a text as it stands between two of these quotation marks."""
    return text.replace("\\", r"\\").replace(quote, f"\\{quote}")


def _unescaped(typed: str) -> str:
    return re.sub(r"\\(.)", r"\1", typed, flags=re.DOTALL)
