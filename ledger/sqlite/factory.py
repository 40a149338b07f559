"""The infrastructure that an `eventsourcing` application finds under PERSISTENCE_MODULE=ledger.sqlite.factory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory, NotSupportedError, ProcessRecorder
from eventsourcing.sqlite import SQLiteTrackingRecorder
from eventsourcing.utils import Environment, EnvType

from ledger.sqlite.datastore import LedgerDatastore, patience
from ledger.sqlite.recorder import LedgerRecorder


class LedgerFactory(InfrastructureFactory[SQLiteTrackingRecorder]):
    """Recorders of one ledger file, whose path stands in SQLITE_DBNAME. There are no aggregates and no snapshots."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        """Raises OSError where the path is missing."""
        super().__init__(env)
        path = self.env.get("SQLITE_DBNAME")
        if not path:
            raise OSError("SQLITE_DBNAME, the path of the ledger file, is not set")
        self.datastore = LedgerDatastore(Path(path))

    def application_recorder(self) -> ApplicationRecorder:
        """The recorder of the log."""
        return self._recorder()

    def process_recorder(self) -> ProcessRecorder:
        """The recorder of the log, which also tracks positions."""
        return self._recorder()

    def tracking_recorder(
        self, tracking_recorder_class: type[SQLiteTrackingRecorder] | None = None
    ) -> SQLiteTrackingRecorder:
        """A view's recorder, by default one that only tracks."""
        self._recorder()  # Makes the tables, tracking included, where several processes may start together.
        recorder = (tracking_recorder_class or SQLiteTrackingRecorder)(self.datastore)
        recorder.create_table()
        return recorder

    def aggregate_recorder(self, purpose: str = "events") -> Any:
        """Raises NotSupportedError: deciders are functions, nothing is kept as an aggregate."""
        raise NotSupportedError(f"a ledger file has no aggregates, so none for {purpose}")

    def close(self) -> None:
        """Closes all connections."""
        self.datastore.close()

    def _recorder(self) -> LedgerRecorder:
        with patience():
            recorder = LedgerRecorder(self.datastore)
            recorder.create_table()
        return recorder
