# The features service with ONNX Runtime's CUDA provider, on top of the image of the services:
#   docker build -f docker/features-gpu.Dockerfile --build-arg SERVICES_IMAGE=propago/services:0.1.0 -t propago/features-gpu:0.1.0 .
# The provider's libraries must be of the very version of onnxruntime-node, which is read from the services' image. The
# Python package of that version holds them; it is built for CUDA 13, so the base brings CUDA 13 and cuDNN 9. A provider
# built for another CUDA: give PROVIDER_PACKAGE (a pip requirement or the URL of a wheel) and the CUDA_IMAGE that fits.
ARG SERVICES_IMAGE=propago/services:0.1.0
ARG CUDA_IMAGE=nvidia/cuda:13.0.2-cudnn-runtime-ubuntu24.04
ARG CUDA_DIGEST=
ARG PROVIDER_IMAGE=python:3.12.12-slim-bookworm
ARG PROVIDER_DIGEST=

FROM ${SERVICES_IMAGE} AS services

FROM ${PROVIDER_IMAGE}${PROVIDER_DIGEST} AS provider
ARG PROVIDER_PACKAGE=
WORKDIR /provider
COPY --from=services /app/node_modules/onnxruntime-node/package.json onnxruntime.json
RUN version=$(python3 -c 'import json; print(json.load(open("onnxruntime.json"))["version"])') \
 && python3 -m pip download --no-deps --only-binary :all: --dest . "${PROVIDER_PACKAGE:-onnxruntime-gpu==$version}" \
 && python3 -m zipfile -e *.whl wheel \
 && mkdir libraries \
 && mv wheel/onnxruntime/capi/libonnxruntime_providers_cuda.so wheel/onnxruntime/capi/libonnxruntime_providers_shared.so libraries \
 && rm -r wheel *.whl

FROM ${CUDA_IMAGE}${CUDA_DIGEST}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="propago features on GPUs" \
      org.opencontainers.image.description="Patch features of video frames with ONNX Runtime on CUDA" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN apt-get update \
 && apt-get install -y --no-install-recommends libstdc++6 tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 propago \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin propago \
 && install -d -o propago -g propago /data
COPY --from=services /usr/local/bin/node /usr/local/bin/node
COPY --from=services /app /app
COPY --from=provider /provider/libraries/ /app/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/
WORKDIR /app
ENV NODE_ENV=production REVISION=${REVISION} HOST=0.0.0.0 PORT=8080 EXECUTION_PROVIDER=cuda
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=120s --retries=3 CMD ["node", "docker/health.mjs"]
ENTRYPOINT ["tini", "--", "node", "--enable-source-maps"]
CMD ["dist/services/features/src/main.js"]
