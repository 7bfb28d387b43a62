#!/bin/sh
# make-secrets.sh [--self-signed DOMAIN]: write the secrets that docker-compose.yml mounts, each once; none is ever written
# over. With --self-signed, also a certificate for a try (browsers warn, and MCP clients refuse it unless told to trust it).

set -eu
cd "$(dirname "$0")"
umask 077
# The folders are closed to others; the files in them are readable, since the accounts in the containers are not the host's.
mkdir -p secrets tls acme
chmod 755 acme

command -v openssl >/dev/null || { echo "make-secrets.sh needs openssl." >&2; exit 1; }

# once NAME VALUE
once() {
    if [ -s "secrets/$1" ]; then
        echo "kept     deploy/secrets/$1"
    else
        printf '%s' "$2" >"secrets/$1"
        echo "written  deploy/secrets/$1"
    fi
    chmod 444 "secrets/$1"
}

once secret_key "$(openssl rand -hex 48)"
# Keys before the present one, separated by commas, while what they signed is still about. Empty until the first change.
if [ ! -e secrets/secret_key_fallbacks ]; then
    : >secrets/secret_key_fallbacks
    echo "written  deploy/secrets/secret_key_fallbacks (empty)"
fi
chmod 444 secrets/secret_key_fallbacks
once encryption_keys "$(openssl rand -hex 32)"
once postgres_password "$(openssl rand -hex 24)"
once database_url "postgres://gatehouse:$(cat secrets/postgres_password)@database:5432/gatehouse"
once redis_password "$(openssl rand -hex 24)"
once redis_url "redis://:$(cat secrets/redis_password)@redis:6379/0"

if [ "${1:-}" = --self-signed ] && [ ! -s tls/privkey.pem ]; then
    domain=${2:?"--self-signed needs the domain"}
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$domain" \
        -addext "subjectAltName=DNS:$domain" -keyout tls/privkey.pem -out tls/fullchain.pem 2>/dev/null
    echo "written  deploy/tls (self-signed, 90 days)"
fi

if [ -s secrets/github_client_secret ]; then
    chmod 444 secrets/github_client_secret
else
    echo "missing  deploy/secrets/github_client_secret: put the GitHub app's client secret there, then run this again"
fi
[ -s tls/fullchain.pem ] || echo "missing  deploy/tls/fullchain.pem and privkey.pem: docs/deployment.md, Certificate"
