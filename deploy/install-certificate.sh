#!/bin/sh
# certbot's deploy hook: puts the renewed pair where the proxy reads it, and tells the proxy.
# certbot names the folder of the pair in RENEWED_LINEAGE.

set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p tls
for name in privkey.pem fullchain.pem; do
    # Renamed into place: the proxy never reads half a file.
    cp -L "${RENEWED_LINEAGE:?"certbot sets this"}/$name" "tls/$name.new"
    mv "tls/$name.new" "tls/$name"
done
docker compose --project-directory .. kill -s HUP proxy
