# Gatehouse in a container: slim, not root, no build tools, hashes checked, fit for a read-only root file system.
#   docker build -t gatehouse .
ARG PYTHON=3.13

FROM python:${PYTHON}-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements.txt /tmp/requirements.txt
# Wheels alone: a package without one would need a compiler, and would run its own code while being built.
RUN python -m venv /opt/gatehouse \
 && /opt/gatehouse/bin/python -m pip install --require-hashes --only-binary :all: -r /tmp/requirements.txt \
 && /opt/gatehouse/bin/python -m pip uninstall --yes pip

FROM python:${PYTHON}-slim-bookworm
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Gatehouse" \
      org.opencontainers.image.description="A self-hosted remote MCP server with its own sign-in through GitHub" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

RUN groupadd --system --gid 10001 gatehouse \
 && useradd --system --uid 10001 --gid gatehouse --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin gatehouse \
 && install -d -o gatehouse -g gatehouse -m 0700 /var/lib/gatehouse

ENV PATH=/opt/gatehouse/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEBUG=off \
    PORT=8000 \
    VAR_DIR=/var/lib/gatehouse

COPY --from=packages /opt/gatehouse /opt/gatehouse
WORKDIR /app
# Owned by root: the server cannot change its own code.
COPY . .
# Compiled now, since nothing can be written later. The check, with settings thrown away, proves that this image starts.
RUN python -m compileall -q /app \
 && SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz PUBLIC_URL=https://build.invalid \
    ENCRYPTION_KEYS=only-for-this-check-0123456789abcdef GITHUB_CLIENT_ID=check GITHUB_CLIENT_SECRET=check \
    DATABASE_URL=postgres://check@build.invalid/check VAR_DIR=/tmp/check python manage.py check \
 && rm -rf /tmp/check

USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["python", "scripts/healthcheck.py"]
CMD ["python", "manage.py", "serve"]
