"""The store in a database, put together.

Knows its parts.
Knows nothing of settings.
"""

from collections.abc import Callable
from datetime import datetime

from bot.adapters.database import Database
from bot.adapters.seal import Seal
from bot.adapters.store_answers import SqlFeedback, SqlQueue, SqlRecords
from bot.adapters.store_claims import SqlClaims
from bot.adapters.store_inbox import SqlConversations, SqlInbox
from bot.adapters.store_people import SqlPeople
from bot.adapters.store_retention import SqlRetention
from bot.adapters.store_shown import SqlShownAnswers, SqlSuggestions
from bot.core.keeping import Store


def sql_store(database: Database, seal: Seal, now: Callable[[], datetime]) -> Store:
    """Give the store of a database whose tables are there."""
    return Store(
        inbox=SqlInbox(database, seal, now),
        conversations=SqlConversations(database),
        records=SqlRecords(database, now),
        feedback=SqlFeedback(database, now),
        queue=SqlQueue(database, seal),
        people=SqlPeople(database, seal),
        shown=SqlShownAnswers(database),
        suggestions=SqlSuggestions(database),
        retention=SqlRetention(database, seal),
        claims=SqlClaims(database),
    )
