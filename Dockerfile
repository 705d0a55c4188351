# One image for the three services of compose.yaml: the database, TangoTest and JupyterLab.
FROM python:3.12-slim

RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends tango-test \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home tangonaut
WORKDIR /srv/ipytango
COPY --chown=tangonaut . .
RUN pip install --no-cache-dir '.[lab]'

USER tangonaut
