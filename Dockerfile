# The dependencies, without those of development: the embedded PostgreSQL and the tests stay outside.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM node:24-slim
WORKDIR /app
# Development keeps its keys here; production gets them by SECRET_KEYS and SIGNING_KEYS and writes nothing.
RUN install -d -o nobody -g nogroup -m 700 /var/lib/latchkey
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY bin ./bin
COPY config ./config
COPY migrations ./migrations
COPY public ./public
COPY views ./views
COPY src ./src
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/var/lib/latchkey
USER nobody
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
# Young objects get 8 MiB instead of 16: the process stays a third smaller, and is as fast.
CMD ["node", "--max-semi-space-size=8", "src/cli.ts", "start"]
