"""`eventsourcing`'s own test suites, run on our recorders (PERSISTENCE.md)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from eventsourcing.tests import persistence as suites

from ledger.sqlite.datastore import LedgerDatastore
from ledger.sqlite.recorder import LedgerRecorder


class OnFile:
    """Gives each test a ledger file of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)  # type: ignore[attr-defined]
        self.path = Path(folder.name) / "ledger.db"

    def create_recorder(self) -> LedgerRecorder:
        datastore = LedgerDatastore(self.path)
        self.addCleanup(datastore.close)  # type: ignore[attr-defined]
        recorder = LedgerRecorder(datastore)
        recorder.create_table()
        return recorder


class TestApplicationRecorder(OnFile, suites.ApplicationRecorderTestCase[LedgerRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleaving(OnFile, suites.NonInterleavingNotificationIDsBaseCase):
    pass


class TestProcessRecorder(OnFile, suites.ProcessRecorderTestCase):
    pass


class TestTrackingRecorder(OnFile, suites.TrackingRecorderTestCase):
    pass
