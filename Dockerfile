# syntax=docker/dockerfile:1

# Compiles the package and the page; nothing of this stage but dist is in the image.
FROM node:20-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY web web
RUN npm run build

# What runs: the packages that it needs, without their install scripts; native ones bring their binaries with them.
FROM node:20-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM node:20-slim
# The order manager's shared memory is opened by its owner only: build with the owner's ids where they are others.
ARG USER_ID=1000
ARG GROUP_ID=1000
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE README.md CHANGELOG.md ./
COPY ops/docker/healthcheck.mjs ops/docker/healthcheck.mjs
RUN ln -s /app/dist/cli/main.js /usr/local/bin/qtx && chmod 0755 /app/dist/cli/main.js \
  && mkdir -p /var/lib/qtx /run/qtx && chown "$USER_ID:$GROUP_ID" /var/lib/qtx /run/qtx && chmod 0700 /var/lib/qtx /run/qtx
USER $USER_ID:$GROUP_ID
# A relative folder of the journal is in here.
WORKDIR /var/lib/qtx
VOLUME /var/lib/qtx
ENV QTX_SOCKET=/run/qtx/control.sock
# Alive is not ready: /ready tells whether it can trade.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/app/ops/docker/healthcheck.mjs"]
# SIGTERM ends it cleanly; orders that stay open are named in the log.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["start", "--config", "/etc/qtx/qtx.yaml"]
