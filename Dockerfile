# The bot in a container, with least rights. See docs/operations.md for how to run it read-only.
FROM python:3.11-slim AS built
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /app/.venv \
    && /app/.venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
       --require-hashes --no-deps --only-binary :all: -r requirements.txt
COPY bot bot
COPY handlers handlers
COPY schedules schedules
COPY storage storage
RUN /app/.venv/bin/python -m compileall -q bot handlers schedules storage

FROM python:3.11-slim
# An account of its own that owns nothing but the data.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin bot \
    && install -d -o bot -g bot -m 0700 /data
COPY --from=built /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/data/.matplotlib \
    BOT_DATABASE_URL=sqlite:////data/bot.db \
    BOT_LOG_FORMAT=json \
    BOT_LISTEN=0.0.0.0:8080
USER bot
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz/ready', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
