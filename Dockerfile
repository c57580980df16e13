# One image for every role: `python -m cpms.ops.serve web|gateway|worker|beat`.
# Runs as an unprivileged user on a read-only root; only /tmp is written.

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
COPY requirements/image.txt requirements/image.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/image.txt
COPY . .
# Static files are hashed once here; the values below only satisfy the settings and end with this stage.
RUN SECRET_KEY=$(python -c "import secrets; print(secrets.token_urlsafe(50))") \
    STATION_KEY_PEPPER=build SECRETS_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    ALLOWED_HOSTS=build.invalid DATABASE_URL=postgresql://build.invalid/build REDIS_URL=redis://build.invalid/0 \
    DJANGO_SETTINGS_MODULE=cpms.settings.prod \
    /opt/venv/bin/python manage.py collectstatic --noinput \
    && /opt/venv/bin/python -m compileall -q cpms chargers billing smartcharging

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 cpms && useradd --uid 10001 --gid cpms --no-create-home --shell /usr/sbin/nologin cpms \
    && install --directory --owner=cpms --group=cpms --mode=0700 /var/lib/cpms/files
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=cpms.settings.prod \
    CPMS_VAR=/tmp/cpms
USER 10001:10001
EXPOSE 8000 9000
CMD ["python", "-m", "cpms.ops.serve", "web", "--host", "0.0.0.0"]
