# All Node services in one image: `docker run … propago/services dist/services/<name>/src/main.js`.
#   docker build -f docker/services.Dockerfile -t propago/services:0.1.0 .
# To pin the base to one build of its tag, give NODE_DIGEST=@sha256:… as the registry shows it.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim
ARG NODE_DIGEST=

FROM ${NODE_IMAGE}${NODE_DIGEST} AS build
WORKDIR /app
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
# npm's postinstall compiles the affinity kernel, so its sources come with the lock file.
COPY package.json package-lock.json .npmrc ./
COPY libs/affinity/native libs/affinity/native
# Older npms run the installer of onnxruntime-node, which would download CUDA libraries.
RUN ONNXRUNTIME_NODE_INSTALL=skip npm ci --include=dev && npm run build:affinity
COPY . .
RUN npm run build \
 && npm prune --omit=dev --ignore-scripts \
 && node docker/keep-needed-modules.mjs

FROM ${NODE_IMAGE}${NODE_DIGEST}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="propago services" \
      org.opencontainers.image.description="Gateway and workers of Propago, video label propagation" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# tini reaps what an aborted ffmpeg leaves behind and passes SIGTERM on.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 propago \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin propago \
 && install -d -o propago -g propago /data
WORKDIR /app
COPY --from=build /app/package.json /app/package-lock.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/libs/affinity/native/build/Release/affinity.node libs/affinity/native/build/Release/affinity.node
COPY --from=build /app/prisma prisma
COPY --from=build /app/scripts scripts
COPY --from=build /app/docker/health.mjs docker/health.mjs
COPY --from=build /app/encoders encoders
COPY --from=build /app/dist dist
ENV NODE_ENV=production REVISION=${REVISION} HOST=0.0.0.0 PORT=8080
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=60s --retries=3 CMD ["node", "docker/health.mjs"]
ENTRYPOINT ["tini", "--", "node", "--enable-source-maps"]
CMD ["dist/services/gateway/src/main.js"]
