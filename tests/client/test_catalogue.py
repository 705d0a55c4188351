"""The catalogue against a real database: what it gives, how long it waits, what it says."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tango

from ipytango.client import Answer, Catalogue, Catalogues, DevicePlace, Limits, Question
from ipytango.client._databases import database_at, report_lines
from ipytango.client.calls._dispatch import Dispatch
from ipytango.client.catalogue._places import completed_hosts
from ipytango.errors import BlocksTheLoop, CatalogueError, NotInDatabase
from ipytango.green import Boundaries, Patches
from support.facility import Facility

ODD = "Odd-1.x/b_c+d/e~f@g!h$1"
"""A name with characters that Tango allows and that databases and completers may stumble over."""

DEAD = "127.0.0.1:1"
SOON_S = 20.0
"""For a busy machine: far below what Tango itself would wait for a database that hangs."""


@pytest.fixture(scope="module")
def facility(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facility]:
    """2,000 devices, and some that the tests add."""
    with Facility(tmp_path_factory.mktemp("facility"), domains=1) as facility:
        database = database_of(facility)
        for name, class_name, server in (
            (ODD, "Odd", "OddServer/a-1"),
            ("dserver/OddServer/a-1", "DServer", "OddServer/a-1"),
        ):
            info = tango.DbDevInfo()
            info.name, info._class, info.server = name, class_name, server
            database.add_device(info)
        database.put_device_alias(ODD, "The-Odd.One")
        database.put_attribute_alias(f"{ODD}/position", "odd-position")
        yield facility


def database_of(facility: Facility) -> Any:
    return database_at(facility.tango_host)


def report(what: str, error: BaseException, context: object) -> None:
    pytest.fail(f"{what}: {error!r}")


@pytest.fixture
def dispatch() -> Iterator[Dispatch]:
    """The calls of a shell whose loop does not run: the tests wait in their own thread."""
    loop = asyncio.new_event_loop()
    dispatch = Dispatch(loop, Boundaries(), report, Limits(), shield=contextlib.nullcontext)
    yield dispatch
    dispatch.pool.close()
    assert dispatch.pool.wait_until_over(SOON_S)
    loop.close()


@pytest.fixture
def catalogues(dispatch: Dispatch) -> Iterator[Catalogues]:
    patches = Patches()
    yield Catalogues(dispatch, patches)
    patches.undo()


@pytest.fixture
def catalogue(catalogues: Catalogues, facility: Facility) -> Catalogue:
    return catalogues.of(facility.tango_host)


# --- what it gives --------------------------------------------------------------------------------


def test_nothing_is_asked_until_it_is_wanted(catalogues: Catalogues, dispatch: Dispatch) -> None:
    catalogue = catalogues.of(DEAD)
    assert catalogue.known(Question.domains(), refresh=False) == Answer()
    assert dispatch.pool.snapshot().threads == 0


def test_devices_level_by_level_in_any_case(catalogue: Catalogue) -> None:
    assert catalogue.domains() == ("area-00", "dserver", "Odd-1.x", "sys")
    assert len(catalogue.families("AREA-00")) == 40
    assert catalogue.members("area-00", "VACUUM_07")[:2] == ("000", "001")
    assert catalogue.families("ODD-1.X") == ("b_c+d",)
    assert catalogue.members("odd-1.x", "B_C+D") == ("e~f@g!h$1",)
    assert catalogue.families("nosuch") == ()
    assert catalogue.families("area_00") == ()  # an underscore is no wildcard
    assert catalogue.devices("odd*") == (ODD,)
    assert len(catalogue.devices("area-00/vacuum_01/*")) == 50


def test_classes_servers_and_hosts(catalogue: Catalogue) -> None:
    assert {"Class000", "DataBase", "Odd"} <= set(catalogue.classes())
    assert catalogue.class_devices("odd") == (ODD,)
    assert catalogue.class_devices("NoSuchClass") == ()
    assert "OddServer" in catalogue.ask(Question.server_names())
    assert catalogue.ask(Question.instances("oddserver")) == ("a-1",)
    assert catalogue.servers("Odd*") == ("OddServer/a-1",)
    served = catalogue.server_devices("OddServer/a-1")
    assert [(one.name, one.class_name) for one in served] == [
        ("dserver/OddServer/a-1", "DServer"),
        (ODD, "Odd"),
    ]
    assert "host007" in catalogue.hosts()
    assert not {"nada", ""} & set(catalogue.hosts())
    assert "Server007/0007" in catalogue.host_servers("host007")


def test_aliases(catalogue: Catalogue) -> None:
    assert "The-Odd.One" in catalogue.aliases()
    assert catalogue.device_of("the-odd.one").lower() == ODD.lower()
    assert catalogue.attribute_aliases() == ("odd-position",)
    assert catalogue.attribute_of("odd-position").lower() == f"{ODD}/position".lower()


def test_rows(catalogue: Catalogue) -> None:
    odd = catalogue.row("the-odd.ONE")
    assert odd.name.lower() == ODD.lower()
    assert (odd.alias, odd.class_name, odd.server) == ("The-Odd.One", "Odd", "OddServer/a-1")
    assert (odd.exported, odd.host, odd.pid) == (False, "", 0)
    first, second = catalogue.rows(["area-00/vacuum_00/001", "area-00/vacuum_00/003"])
    assert (first.exported, second.exported) == (True, False)
    assert (first.alias, first.host, first.server) == ("", "host001", "Server001/0001")
    assert first.started


def test_what_a_database_does_not_know(catalogue: Catalogue) -> None:
    questions: tuple[Question[Any], ...] = (
        Question.row("no/such/device"),
        Question.row("nosuchalias"),
        Question.device_of("nosuchalias"),
        Question.attribute_of("nosuchalias"),
        Question.server("No/such"),
    )
    for question in questions:
        with pytest.raises(NotInDatabase, match="knows no such thing") as raised:
            catalogue.ask(question)
        assert catalogue.host in str(raised.value)
        assert question.about in str(raised.value)


# --- what is kept ---------------------------------------------------------------------------------


def test_answers_are_kept_until_refreshed(catalogue: Catalogue, facility: Facility) -> None:
    question = Question.class_devices("Added")
    assert catalogue.ask(question) == ()
    info = tango.DbDevInfo()
    info.name, info._class, info.server = "odd/added/1", "Added", "OddServer/a-1"
    database_of(facility).add_device(info)
    try:
        assert catalogue.known(question, refresh=False).value == ()
        assert catalogue.ask(question, fresh_s=60.0) == ()
        catalogue.refresh()
        assert catalogue.known(question, refresh=False) == Answer()
        assert catalogue.ask(question, fresh_s=60.0) == ("odd/added/1",)
    finally:
        database_of(facility).delete_device("odd/added/1")


def test_a_question_is_asked_once_however_many_want_it(catalogue: Catalogue) -> None:
    asked, all_wait = [], threading.Event()

    def ask(database: object) -> str:
        asked.append(database)
        assert all_wait.wait(SOON_S)
        return "yes"

    answers: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(catalogue.ask(Question("Something", ask), wait_s=SOON_S))
        )
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    all_wait.set()
    for thread in threads:
        thread.join()
    assert answers == ["yes"] * 10
    assert catalogue.ask(Question("SOMETHING", ask), fresh_s=60.0) == "yes"
    assert len(asked) == 1


# --- databases that are away ----------------------------------------------------------------------


@pytest.mark.parametrize("host", [DEAD, "no-such-host.invalid:10000"])
def test_a_dead_database(catalogues: Catalogues, host: str) -> None:
    with pytest.raises(CatalogueError, match="cannot be reached") as raised:
        catalogues.of(host).families("sys", wait_s=SOON_S)
    assert host in str(raised.value)
    assert "families of sys" in str(raised.value)
    assert "%tango_db" in str(raised.value)


def test_a_list_of_databases_takes_the_one_that_answers(
    catalogues: Catalogues, facility: Facility
) -> None:
    catalogue = catalogues.of(f"{DEAD}, {facility.tango_host}")
    assert "area-00" in catalogue.domains(wait_s=SOON_S)
    assert catalogue.address == facility.tango_host
    assert catalogue.host == f"{DEAD},{facility.tango_host}"


def test_the_next_of_a_list_answers_when_one_has_died(
    catalogues: Catalogues, facility: Facility, tmp_path: Path
) -> None:
    with Facility(tmp_path, domains=1) as first:
        catalogue = catalogues.of(f"{first.tango_host},{facility.tango_host}")
        assert "area-00" in catalogue.domains()
        assert catalogue.address == first.tango_host
    assert catalogue.families("area-00")
    assert catalogue.address == facility.tango_host


def test_a_database_that_hangs(catalogues: Catalogues, facility: Facility) -> None:
    catalogue = catalogues.of(facility.tango_host.replace("127.0.0.1", "localhost"))
    assert catalogue.domains(wait_s=SOON_S)
    catalogue.refresh()
    facility.suspend()
    try:
        began = time.monotonic()
        with pytest.raises(CatalogueError, match="has not answered for") as raised:
            catalogue.domains(wait_s=0.3)
        assert "domains" in str(raised.value)
        assert catalogue.glance(Question.classes(), patience_s=0.1) is None
        assert catalogue.known(Question.classes()).value is None
        assert time.monotonic() - began < SOON_S
    finally:
        facility.resume()
    assert "area-00" in catalogue.domains(wait_s=60.0)


def test_the_report_of_a_database_that_hangs_keeps_no_other_thread(facility: Facility) -> None:
    database = database_of(facility)
    asking = threading.Thread(target=report_lines, args=(database,))
    facility.suspend()
    try:
        began = time.monotonic()
        asking.start()
        asking.join(0.5)  # it is a thread's turn only while none keeps Python's lock
        assert asking.is_alive()
        assert time.monotonic() - began < SOON_S
    finally:
        facility.resume()
        asking.join(SOON_S)
    assert any(line.startswith("Running since") for line in report_lines(database))


def test_when_calls_back_with_the_answer_or_the_error(
    facility: Facility, catalogue: Catalogue
) -> None:
    answers: list[Answer[Any]] = []
    told = threading.Event()

    def then(answer: Answer[Any]) -> None:
        answers.append(answer)
        told.set()

    catalogue.when(Question.domains(), then)
    assert told.wait(SOON_S)
    assert "area-00" in (answers[0].value or ())
    catalogue.when(Question.domains(), then, fresh_s=60.0)
    assert len(answers) == 2  # known: at once
    told.clear()
    catalogue.when(Question.row("no/such/device"), then)
    assert told.wait(SOON_S)
    assert isinstance(answers[2].error, NotInDatabase)


def test_when_tells_of_silence(facility: Facility) -> None:
    async def ask() -> Answer[Any]:
        loop = asyncio.get_running_loop()
        dispatch = Dispatch(loop, Boundaries(), report, Limits(), shield=contextlib.nullcontext)
        catalogue = Catalogue(dispatch, facility.tango_host)
        answer: asyncio.Future[Answer[Any]] = loop.create_future()
        facility.suspend()
        try:
            catalogue.when(Question.domains(), answer.set_result, wait_s=0.2)
            return await asyncio.wait_for(answer, SOON_S)
        finally:
            facility.resume()
            dispatch.pool.close()
            await asyncio.to_thread(dispatch.pool.wait_until_over, SOON_S)

    answer = asyncio.run(ask())
    assert isinstance(answer.error, CatalogueError)
    assert "has not answered" in str(answer.error)


def test_it_never_blocks_the_loop(facility: Facility) -> None:
    async def ask() -> None:
        loop = asyncio.get_running_loop()
        dispatch = Dispatch(loop, Boundaries(), report, Limits(), shield=contextlib.nullcontext)
        try:
            with pytest.raises(BlocksTheLoop, match="spawn"):
                Catalogue(dispatch, facility.tango_host).domains()
        finally:
            dispatch.pool.close()
            await asyncio.to_thread(dispatch.pool.wait_until_over, SOON_S)

    asyncio.run(ask())


# --- names and addresses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "host", "path", "has_database"),
    [
        ("sys/tg_test/1", "", "sys/tg_test/1", True),
        ("tango://Db.site:10000/sys/tg_test/1", "Db.site:10000", "sys/tg_test/1", True),
        ("//db:10000/alias/attr", "db:10000", "alias/attr", True),
        ("db:10000/a/b/c", "db:10000", "a/b/c", True),
        ("TANGO://h:1/a/b/c#DBASE=NO", "h:1", "a/b/c", False),
        ("tango://h:1/a/b/c/attr#dbase=yes", "h:1", "a/b/c/attr", True),
        ("alias", "", "alias", True),
    ],
)
def test_places(written: str, host: str, path: str, has_database: bool) -> None:
    place = DevicePlace.of(written)
    assert (place.host, place.path, place.has_database) == (host, path, has_database)


def test_a_device_without_a_database_has_no_catalogue(catalogues: Catalogues) -> None:
    assert catalogues.of_device("tango://h:1/a/b/c#dbase=no") is None
    of_device = catalogues.of_device("tango://h:1/a/b/c")
    assert of_device is not None
    assert of_device.host == "h:1"


@pytest.mark.parametrize("written", ["", "host", "host:", ":10000", "host:port", "a:1,b", "a b:1"])
def test_what_is_no_address(catalogues: Catalogues, written: str) -> None:
    with pytest.raises(CatalogueError, match="host:port"):
        catalogues.of(written)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("db", "db:10000"),
        ("db:10001", "db:10001"),
        ("10001", "now:10001"),
        ("a, b:2", "a:10000,b:2"),
    ],
)
def test_addresses_are_completed(typed: str, meant: str) -> None:
    assert completed_hosts(typed, "now:10000,then:10000") == meant
