"""`eventsourcing`'s own test suites, run on our recorders on PostgreSQL (PERSISTENCE.md)."""

from __future__ import annotations

from itertools import product
from typing import Any

from eventsourcing.tests import persistence as suites

from ledger.postgres.datastore import LedgerDatastore, connect
from ledger.postgres.migrations import LOG, migrate
from ledger.postgres.recorder import LedgerRecorder
from tests.postgres_server import INSTALLATIONS, server, template


def with_tables(address: str) -> None:
    with connect(address) as connection:
        migrate(connection, LOG)


class OnDatabase:
    """Gives each test a database of its own."""

    installation: str

    def setUp(self) -> None:
        shared = server(self.installation)
        self.address = shared.address(shared.database(template(self.installation, with_tables)))

    def create_recorder(self) -> Any:
        datastore = LedgerDatastore(self.address)
        self.addCleanup(datastore.close)  # type: ignore[attr-defined]
        recorder = LedgerRecorder(datastore)
        recorder.create_table()
        return recorder


class ApplicationRecorder(OnDatabase, suites.ApplicationRecorderTestCase[LedgerRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class NonInterleaving(OnDatabase, suites.NonInterleavingNotificationIDsBaseCase):
    pass


class ProcessRecorder(OnDatabase, suites.ProcessRecorderTestCase):
    pass


class TrackingRecorder(OnDatabase, suites.TrackingRecorderTestCase):
    pass


# A unittest class takes no parameters: one is made for each suite on each server.
SUITES = (ApplicationRecorder, NonInterleaving, ProcessRecorder, TrackingRecorder)
for suite, name in product(SUITES, INSTALLATIONS):
    class_name = f"Test{suite.__name__}_{name.replace('-', '_')}"
    globals()[class_name] = type(class_name, (suite,), {"installation": name})
del suite, SUITES, ApplicationRecorder, NonInterleaving, ProcessRecorder, TrackingRecorder
