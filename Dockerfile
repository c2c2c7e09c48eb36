# static files; tools/frontend fetches a newer node than this release has
FROM debian:bookworm-slim AS dashboard

RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates npm

COPY frontend /src/frontend/
COPY src/api/openapi.json /src/src/api/
COPY tools/frontend tools/lib.sh /src/tools/

RUN /src/tools/frontend build


FROM debian:bookworm-slim AS build

RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        gcc libc6-dev make pkg-config nginx nginx-dev libcurl4-openssl-dev \
        libpq-dev libcjson-dev libjwt-dev libsodium-dev

COPY config config.make ngx_http_uptime_module.c /src/
COPY src /src/src/
COPY sql /src/sql/
COPY data /src/data/
COPY tools/build tools/embed-sql tools/embed-passwords tools/embed-file \
     tools/render-api \
     tools/lib.sh \
    /src/tools/

RUN /src/tools/build


FROM debian:bookworm-slim

# the libraries' names are those of this release; curl is for HEALTHCHECK
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        nginx libcurl4 libpq5 libcjson1 libjwt0 libsodium23 ca-certificates \
        curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin uptime \
    && mkdir -p /run/uptime /var/lib/uptime \
    && chown uptime: /run/uptime /var/lib/uptime

COPY --from=build /src/build/ngx_http_uptime_module.so /usr/lib/nginx/modules/
COPY --from=dashboard /src/frontend/dist /usr/share/uptime/www/
COPY conf/image.conf /etc/uptime/nginx.conf.in
COPY conf/docker-entrypoint /usr/local/bin/uptime-entrypoint

USER 10001
VOLUME /var/lib/uptime
EXPOSE 8080
STOPSIGNAL SIGQUIT

HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD curl -fsS -o /dev/null "http://127.0.0.1:${UPTIME_LISTEN:-8080}/api/v1/health/live"

ENTRYPOINT ["/usr/local/bin/uptime-entrypoint"]
