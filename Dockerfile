# The bot with all its channels. Nothing is downloaded when it runs: the model for searching is one of the packages.
# First make the index in the volume: docker run --rm -v isvbot-data:/data IMAGE isvbot-ingest sync
# A registry was not in reach when this was written: add the digest of the image that you checked (@sha256:...).
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
RUN python3 -m venv /opt/isvbot
COPY requirements-serve.lock ./
RUN /opt/isvbot/bin/pip install --quiet --no-cache-dir --require-hashes -r requirements-serve.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY ingest ingest
COPY knowledge knowledge
COPY prompts prompts
RUN /opt/isvbot/bin/pip install --quiet --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11.14-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin isvbot \
    && install -d -o isvbot -g isvbot -m 700 /data
COPY --from=build /opt/isvbot /opt/isvbot
ENV PATH=/opt/isvbot/bin:$PATH \
    HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ISVBOT_DATA_DIR=/data \
    ISVBOT_TEAMS_HOST=0.0.0.0
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 3978
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8080/readyz', timeout=8)"]
CMD ["isvbot", "serve"]
