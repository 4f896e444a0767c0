"""How a failure is put in a log: its cause and place, and nothing of the question.

Knows that only the messages of our own errors are known to hold no words of an asker.
Knows nothing of what an asker is told.
"""

from bot.core.errors import ServiceError


def told(error: Exception) -> str:
    """Give the cause and the place of an error, as one line for a log."""
    return f"cause={_cause(error)} at={_place(error)}"


def _cause(error: Exception) -> str:
    """Name an error, with its message where that is ours."""
    return f"{type(error).__name__}({error})" if isinstance(error, ServiceError) else type(error).__name__


def _place(error: Exception) -> str:
    """Give the file and line where an error arose."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown"
