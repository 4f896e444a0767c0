"""Every error that isvbot raises, as one tree.

::

    IsvbotError
    ├── UsageError               the asker must change the question or an option   -> exit status 2
    ├── QuestionRefused          a caller that takes no status asks what may not be   -> the text for the asker
    ├── SettingsError            the operator must change a setting                -> names the variable
    ├── MissingExtra             an optional part is not installed                 -> names the command
    ├── ContentError             a source, note, answer or message is wrong        -> names file and field
    │   └── PromptError          a prompt is wrong, or is not filled               -> names file and variable
    └── ServiceError             something outside the core failed                 -> Answer with an ERROR_* status
        ├── IndexUnavailable     there is no index, or it cannot be read
        ├── IndexMismatch        the index was built by another version or model
        ├── IndexBusy            another process owns the index
        ├── EmbedderUnavailable  the embedding model did not answer
        ├── ModelUnavailable     the chat model cannot be reached, refuses, or is left alone for a while
        ├── ModelStopped         the chat model broke off, or sent what is no reply
        ├── RerankerUnavailable  the model that reads the best texts again did not answer
        ├── StoreUnavailable     what is kept cannot be read or written
        │   └── ChannelTaken     another process answers for the channel
        ├── NotDelivered         a reply could not be sent now                     -> sent later
        ├── DirectoryUnavailable who belongs to which group cannot be asked
        └── ServiceTimeout       a service did not answer in time
            └── ModelTimeout     the chat model did not finish its reply in time

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


class QuestionRefused(IsvbotError):
    """A question was not looked at; the message is the text for the asker.

    Only for callers that take passages and no status, such as a chain of another program. Everywhere else a refusal is
    the status of an answer.
    """


class SettingsError(IsvbotError):
    """The operator must change a setting; the message names the variable."""


class MissingExtra(IsvbotError):
    """An optional part is not installed; the message names the command that installs it."""


class ContentError(IsvbotError):
    """A source, note, answer or message file is wrong; the message names file and field."""


class PromptError(ContentError):
    """A prompt file is wrong, or is not filled as it declares; the message names file and variable."""


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


class ModelUnavailable(ServiceError):
    """The chat model cannot be reached, answers with an error, or is left alone after failures."""


class ModelStopped(ServiceError):
    """The chat model's reply is not whole: filtered, cut off, broken off, or nothing that a model would send."""


class RerankerUnavailable(ServiceError):
    """The model that reads the best texts again did not answer."""


class StoreUnavailable(ServiceError):
    """What is kept of conversations cannot be read or written."""


class ChannelTaken(StoreUnavailable):
    """Another process answers for the channel, or this one is ending: what comes in is not kept here."""

    def __init__(self, channel: str) -> None:
        """Take the name of the channel."""
        super().__init__(
            f"another process answers for {channel} with this database, or this one is ending: run one process a"
            " channel"
        )


class NotDelivered(ServiceError):
    """A channel could not send a reply now; it may later."""


class DirectoryUnavailable(ServiceError):
    """Who belongs to which group cannot be asked."""


class ServiceTimeout(ServiceError):
    """A service did not answer in time."""


class ModelTimeout(ServiceTimeout):
    """The chat model did not finish its reply within the time that it was given."""


def cannot_write(path: object, reason: object) -> str:
    """Say that a file of the index cannot be written, for instance because the disk is full."""
    return (
        f"{path} cannot be written ({reason}): nothing was lost, the index in use is unchanged; make room or set"
        " ISVBOT_DATA_DIR to another folder and run again"
    )
