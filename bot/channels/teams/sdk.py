"""The SDK of Teams, loaded in the one way that suits us.

Knows that it warns of its own previews when it is imported, that its log lines may hold what somebody wrote, and that
it makes new counters for each activity, which OpenTelemetry keeps for ever where nobody said where they go.
Knows nothing of what it is used for.
"""

import logging
import warnings

from opentelemetry import metrics

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import microsoft_teams.apps

__all__ = ["microsoft_teams"]

for name in ("microsoft_teams", "msal"):
    logging.getLogger(name).setLevel(logging.CRITICAL)

logging.getLogger("microsoft_teams.common.http.client").setLevel(logging.WARNING)
"""The SDK gives this level to httpx each time that it makes a client; at INFO that writes every address it calls."""

if type(metrics.get_meter_provider()).__name__ == "_ProxyMeterProvider":  # an operator's own is left alone
    metrics.set_meter_provider(metrics.NoOpMeterProvider())
