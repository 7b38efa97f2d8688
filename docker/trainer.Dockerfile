# The trainer: the supervisor of training runs (Node) and the Python package that trains, on top of the services' image:
#   docker build -f docker/trainer.Dockerfile --build-arg SERVICES_IMAGE=propago/services:0.1.0 -t propago/trainer:0.1.0 .
# PyTorch's wheels bring CUDA themselves; the host needs only NVIDIA's driver and container toolkit. TORCH_PACKAGE chooses
# another build of PyTorch, for example the URL of a CPU wheel; all else has the versions of
# requirements.lock. The base must have the C library of the services' image, and the Python that the lock is for.
ARG SERVICES_IMAGE=propago/services:0.1.0
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG PYTHON_DIGEST=

FROM ${SERVICES_IMAGE} AS services

FROM ${PYTHON_IMAGE}${PYTHON_DIGEST}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="propago trainer" \
      org.opencontainers.image.description="Trains encoders of Propago with PyTorch and exports them to ONNX" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# torch.compile needs a C compiler.
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev libstdc++6 tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 propago \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin propago \
 && install -d -o propago -g propago /data
ARG TORCH_PACKAGE=
COPY services/trainer/requirements.lock /opt/package/requirements.lock
RUN python3 -m venv /opt/trainer \
 && cd /opt/package \
 && grep -vE '^(mypy|pytest|ruff)=' requirements.lock > packages \
 && if [ -n "${TORCH_PACKAGE}" ]; then sed -i '/^torch=/d' packages && echo "${TORCH_PACKAGE}" >> packages; fi \
 && /opt/trainer/bin/pip install --no-cache-dir -r packages
COPY services/trainer/pyproject.toml /opt/package/pyproject.toml
COPY services/trainer/propago_trainer /opt/package/propago_trainer
RUN /opt/trainer/bin/pip install --no-cache-dir --no-deps /opt/package
COPY --from=services /usr/local/bin/node /usr/local/bin/node
COPY --from=services /app /app
WORKDIR /app
# Compiled kernels and plots go where a read-only root file system lets them.
ENV NODE_ENV=production REVISION=${REVISION} HOST=0.0.0.0 PORT=8080 \
    PATH=/opt/trainer/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    TRAINER_PYTHON=/opt/trainer/bin/python PYTHONDONTWRITEBYTECODE=1 TORCHINDUCTOR_CACHE_DIR=/tmp/torch TRITON_CACHE_DIR=/tmp/triton MPLCONFIGDIR=/tmp/matplotlib
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=120s --retries=3 CMD ["node", "docker/health.mjs"]
ENTRYPOINT ["tini", "--", "node", "--enable-source-maps"]
CMD ["dist/services/trainer/src/main.js"]
