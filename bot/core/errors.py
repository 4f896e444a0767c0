"""Every error that isvbot raises, as one tree.

::

    IsvbotError
    ├── UsageError               the asker must change the question or an option   -> exit status 2
    ├── SettingsError            the operator must change a setting                -> names the variable
    ├── MissingExtra             an optional part is not installed                 -> names the command
    ├── ContentError             a source, note, answer or message is wrong        -> names file and field
    └── ServiceError             something outside the core failed                 -> Answer with an ERROR_* status
        ├── IndexUnavailable     there is no index, or it cannot be read
        ├── IndexMismatch        the index was built by another version or model
        ├── IndexBusy            another process owns the index
        ├── EmbedderUnavailable  the embedding model did not answer
        ├── StoreUnavailable     what is kept cannot be read or written
        └── ServiceTimeout       a service did not answer in time

"Nothing found", "refused" and "please clarify" are statuses of an answer and not errors.
Knows nothing of where an error is shown.
"""


class IsvbotError(Exception):
    """The root of every error that isvbot raises on purpose."""


class UsageError(IsvbotError):
    """The asker must change the question or an option.

    It carries the name of a fixed sentence and what fills its holes, for the reader's own language.
    """

    def __init__(self, name: str, **holes: object) -> None:
        """Take the name of the sentence, without the prefix ``usage_``, and its holes."""
        super().__init__(f"{name}: {', '.join(f'{key}={value}' for key, value in holes.items())}")
        self.name = f"usage_{name}"
        self.holes = holes


class SettingsError(IsvbotError):
    """The operator must change a setting; the message names the variable."""


class MissingExtra(IsvbotError):
    """An optional part is not installed; the message names the command that installs it."""


class ContentError(IsvbotError):
    """A source, note, answer or message file is wrong; the message names file and field."""


class ServiceError(IsvbotError):
    """Something outside the core failed."""


class IndexUnavailable(ServiceError):
    """There is no index, or it cannot be read."""


class IndexMismatch(ServiceError):
    """The index was built by another version or with another model."""


class IndexBusy(ServiceError):
    """Another process owns the index."""


class EmbedderUnavailable(ServiceError):
    """The embedding model did not answer."""


class StoreUnavailable(ServiceError):
    """What is kept of conversations cannot be read or written."""


class ServiceTimeout(ServiceError):
    """A service did not answer in time."""


def cannot_write(path: object, reason: object) -> str:
    """Say that a file of the index cannot be written, for instance because the disk is full."""
    return (
        f"{path} cannot be written ({reason}): nothing was lost, the index in use is unchanged; make room or set"
        " ISVBOT_DATA_DIR to another folder and run again"
    )
