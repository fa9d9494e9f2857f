"""What a run of `symbl stream` is going to be, decided before anything is opened."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from .. import __version__
from ..config.resolve import Configuration
from ..config.settings import Engine, Settings
from ..errors import UsageError
from ..frozen import dataclass
from ..lines import LeftFile
from ..protocol.events import TrackerSpec
from ..protocol.sizes import check_sizes
from ..streaming.run import Run
from ..text.terminal import whole_characters
from .demo import Demo
from .detection import config_of, trackers_of, vocabulary_of
from .files import RunFiles, open_files
from .hiding import published
from .options import Form, StreamOptions
from .sources import OpenedSources

if TYPE_CHECKING:
    from ..audio.recording import Recorded

_NO_WORDS = 1.0
"""Seconds of sound that are not worth a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    options: StreamOptions
    configuration: Configuration
    engine: Engine
    demo: Demo | None
    now: datetime
    """When it begins, in this computer's zone."""

    @property
    def settings(self) -> Settings:
        return self.configuration.settings

    @property
    def title(self) -> str | None:
        """A recording names its conversation."""
        named = self.settings.title or (self.demo.title if self.demo else None)
        source = self.options.source
        if named or source in {None, "-"}:
            return named
        return whole_characters(Path(source or "").stem)

    @property
    def file(self) -> Path | None:
        """The recording that is read, if the sound is on disk already."""
        source = self.options.source
        path = None if source in {None, "-"} else Path(source or "").absolute()
        return path if path is not None and path.is_file() else None

    @property
    def is_fast(self) -> bool:
        """Whether a file is sent as fast as it is taken."""
        if self.options.pace is not None:
            return self.options.pace == "fast"
        if self.demo is not None and self.options.form is Form.TEXT:
            return not sys.stdout.isatty()
        return self.engine is Engine.LOCAL

    def files(self) -> RunFiles:
        """All made, or none; raises OutputError, UsageError."""
        return open_files(self.options, self.settings.save_dir, self.title, self.now)

    def check(self) -> None:
        """Raises UsageError for what no run could be."""
        if self.engine is Engine.LOCAL:
            check_sizes(
                title=self.title,
                trackers=self._trackers,
                vocabulary=vocabulary_of(self.options, self.settings),
            )
        self._check_changes()

    def _check_changes(self) -> None:
        """What another server sends cannot be changed, and yet be untouched."""
        options = self.options
        is_recorded = options.record_wire is not None or self.settings.save_dir
        has_wire = options.form is Form.WIRE or is_recorded
        is_changed = self.settings.redact or options.fixes is not None
        if self.engine is Engine.REMOTE and is_changed and has_wire:
            raise UsageError(
                "another server's own messages cannot be redacted or fixed",
                suggestion="leave out -o wire, --record-wire and --save-dir, which "
                "has them too, or --redact and --fixes",
            )

    @property
    def _trackers(self) -> tuple[TrackerSpec, ...]:
        of_demo = self.demo.trackers if self.demo else ()
        return (*trackers_of(self.options), *of_demo)

    @property
    def _url(self) -> str | None:
        """Of another server, without what is before an @ or behind a question mark."""
        if self.engine is Engine.LOCAL:
            return None
        parts = urlsplit(self.settings.api_url or "")
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def lasting_recordings(
        self, sources: OpenedSources, files: RunFiles
    ) -> "Iterator[Recorded]":
        """Those that stay though no server may have listened.

        Of a recording the sound is there anyhow, and no word is in less than a second.
        """
        for one in sources.recorded:
            size = one.path.stat().st_size if one.path.is_file() else 0
            has_words = size > one.format.size(_NO_WORDS)
            if files.has_listened or (self.file is None and has_words):
                yield one

    def _recordings(
        self, sources: OpenedSources, files: RunFiles
    ) -> Iterator[LeftFile]:
        for one in self.lasting_recordings(sources, files):
            yield LeftFile.of(one.path, one.failure)

    def discard_recordings(self, sources: OpenedSources, files: RunFiles) -> None:
        """Remove the others: the next run may want their names."""
        lasting = {one.path for one in self.lasting_recordings(sources, files)}
        for path in set(sources.recordings) - lasting:
            with suppress(OSError):  # why the run failed is what there is to say
                path.unlink()

    def run(self, sources: OpenedSources, lease: UUID, files: RunFiles) -> Run:
        options, settings = self.options, self.settings
        environment = self.configuration.environment
        config = config_of(settings, environment, self.now, options.fixes)
        return Run(
            connection_id=options.connection_id or str(uuid4()),
            started_at=self.now,
            engine=self.engine.value,
            version=__version__,
            url=self._url,
            file=self.file,
            title=self.title,
            insight_types=settings.insights,
            trackers=self._trackers,
            vocabulary=vocabulary_of(options, settings),
            config=config,
            publish=published(self.engine, config),
            people=sources.people,
            store=None if settings.store else False,
            client=str(lease) if self.engine is Engine.LOCAL else None,
            duration=options.duration,
            no_reconnect=options.no_reconnect,
            max_retries=options.max_retries,
            has_lag=sources.is_live or not self.is_fast,
            files=lambda: (*files.left, *self._recordings(sources, files)),
        )
