FROM toolbox
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json .
RUN --mount=type=cache,target=/root/.npm npm ci
