"""The infrastructure that an `eventsourcing` application finds under PERSISTENCE_MODULE=ledger.postgres.factory."""

from __future__ import annotations

from typing import Any

from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory, NotSupportedError, ProcessRecorder
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.utils import Environment, EnvType

from ledger.postgres.datastore import LedgerDatastore, patience
from ledger.postgres.recorder import LedgerRecorder


class LedgerFactory(InfrastructureFactory[PostgresTrackingRecorder]):
    """Recorders of one ledger database, whose address stands in POSTGRES_ADDRESS. No aggregates, no snapshots."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        """Raises OSError where the address is missing."""
        super().__init__(env)
        address = self.env.get("POSTGRES_ADDRESS")
        if not address:
            raise OSError("POSTGRES_ADDRESS, the connection string of the ledger database, is not set")
        self.datastore = LedgerDatastore(address)

    def application_recorder(self) -> ApplicationRecorder:
        """The recorder of the log."""
        return self._recorder()

    def process_recorder(self) -> ProcessRecorder:
        """The recorder of the log, which also tracks positions."""
        return self._recorder()

    def tracking_recorder(
        self, tracking_recorder_class: type[PostgresTrackingRecorder] | None = None
    ) -> PostgresTrackingRecorder:
        """A view's recorder, by default one that only tracks."""
        self._recorder()  # Makes the tables, tracking included, where several processes may start together.
        made = tracking_recorder_class or PostgresTrackingRecorder
        recorder = made(self.datastore, tracking_table_name="tracking")
        recorder.create_table()
        return recorder

    def aggregate_recorder(self, purpose: str = "events") -> Any:
        """Raises NotSupportedError: deciders are functions, nothing is kept as an aggregate."""
        raise NotSupportedError(f"a ledger database has no aggregates, so none for {purpose}")

    def close(self) -> None:
        """Closes all connections."""
        self.datastore.close()

    def _recorder(self) -> LedgerRecorder:
        with patience():
            recorder = LedgerRecorder(self.datastore)
            recorder.create_table()
        return recorder
